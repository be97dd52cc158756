import ArgumentParser
import Foundation
import JSON
import Measurements
import Nightly
import Platform
import Store

struct NightlyRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run one night of a plan.",
    discussion: """
      Comparisons that are due go first, then new candidates after a short screening, then the resident against its copy.
      Exit codes: 0 all went as planned, 1 something failed or was cut off, 2 usage or data error, 130 interrupted.
      """)

  @Argument(help: ArgumentHelp("The plan.", valueName: "plan.json"), completion: .file(extensions: ["json"]))
  var plan: String

  @OptionGroup var library: LibraryOption
  @OptionGroup var database: DatabaseOption
  @OptionGroup var registry: RegistryOption
  @OptionGroup var lock: LockOption
  @OptionGroup var engine: DuckDBOption

  @Flag(help: "Print tonight's schedule with the expected minutes, and measure nothing.")
  var dryRun = false

  @Option(
    help: ArgumentHelp(
      "Run this with a shell after each verdict, the verdict's JSON on its standard input.", valueName: "command"))
  var onVerdict: String?

  @Option(help: ArgumentHelp("Write the summary there as night.md and night.json.", valueName: "dir"))
  var summary: String?

  @Option(help: ArgumentHelp("Export what is new in the database to this dataset.", valueName: "dir"))
  var export: String?

  @Flag(help: "Change the registry on a measured win, as far as the envelope permits.")
  var promote = false

  @Flag(help: "Print one JSON object instead of text.")
  var json = false

  func run() async throws {
    let plan = try NightPlan(contentsOf: URL(fileURLWithPath: plan))
    let store = try database.open(
      dryRun && FileManager.default.fileExists(atPath: database.url.path) ? .readOnly : .readWrite)
    let host = NightHost(
      store: store, calibration: database.url.deletingLastPathComponent().appendingPathComponent("calibration.sqlite"),
      registry: registry.file, library: library.library,
      command: ProgramIdentity.worker, version: Version.current)
    if dryRun {
      let (standings, past) = try host.survey(plan)
      let schedule = NightSchedule(plan, standings: standings, past: past, now: Machine.wallSeconds)
      return Terminal.write(
        json ? schedule.json.serialized(.pretty) + "\n" : schedule.text(budget: plan.budget.minutes))
    }
    let held = try await LockOption.acquire(lock.whenBusy, for: "the night \(plan.id)")
    defer { withExtendedLifetime(held) {} }
    try store.check()
    // After the wait for the lock: what another night measured meanwhile counts.
    let (standings, past) = try host.survey(plan)
    let schedule = NightSchedule(plan, standings: standings, past: past, now: Machine.wallSeconds)
    Terminal.writeError(schedule.text(budget: plan.budget.minutes))
    let summary = try await night(plan, host, schedule)
    Terminal.write(json ? summary.json.serialized(.pretty) + "\n" : summary.text)
    throw ExitCode(summary.exitCode)
  }

  private func night(_ plan: NightPlan, _ host: NightHost, _ schedule: NightSchedule) async throws -> NightSummary {
    let progress = ProgressDisplay()
    let hook = VerdictHook(command: onVerdict)
    let night = Night(plan, on: host, promotes: promote, requester: Requester.name) { event in
      switch event {
      case .began(let task, let number, let count):
        progress.end()
        Terminal.writeError("\(number)/\(count)  \(task.phrase)\n")
      case .measuring(let event): progress.show(event)
      case .ended(let result):
        progress.end()
        if let verdict = result.verdict { hook.tell(verdict.json) }
      }
    }
    let work = Task { await night.run(schedule) }
    let cancellation = Cancellation { work.cancel() }
    let termination = Signals.observe(.terminate) { work.cancel() }
    var summary = await work.value
    withExtendedLifetime((cancellation, termination)) {}
    summary.problems += hook.problems
    summary.export(host.store, to: export, engine: engine)
    summary.write(to: self.summary)
    do {
      try host.store.record(night: summary.json, startedAt: summary.startedAt)
    } catch {
      summary.problems.append("\(error)")
    }
    return summary
  }
}
