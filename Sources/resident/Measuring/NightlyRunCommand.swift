import ArgumentParser
import Dataset
import Fit
import Foundation
import JSON
import Measurements
import Nightly
import Platform
import Store
import Synchronization

struct NightlyRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run one night of a plan.",
    discussion: """
      Example: resident nightly plan.json --dry-run

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
      "Run this command by a shell after each verdict, with the verdict's JSON on its standard input.",
      valueName: "command"))
  var onVerdict: String?

  @Option(
    help: ArgumentHelp(
      "How long the command of --on-verdict may run; then it and all it started end.", valueName: "seconds"))
  var onVerdictLimit = 600

  @Option(help: ArgumentHelp("Write the summary to this folder, as night.md and night.json.", valueName: "dir"))
  var summary: String?

  @Option(help: ArgumentHelp("Export what is new in the database to this dataset.", valueName: "dir"))
  var export: String?

  @Option(
    help: ArgumentHelp(
      "Sign what --export adds by this private key of ssh-keygen, or by a public key whose private one an agent holds.",
      valueName: "file"), completion: .file())
  var signKey: String?

  @Flag(help: "Change the registry on a measured win, as far as the envelope permits.")
  var promote = false

  @Flag(help: "Print one JSON object instead of text.")
  var json = false

  func validate() throws {
    guard (1...86_400).contains(onVerdictLimit) else {
      throw ValidationError("--on-verdict-limit must be from 1 to 86400 seconds.")
    }
    guard signKey == nil || export != nil else {
      throw ValidationError("--sign-key signs what is exported: name the dataset by --export.")
    }
  }

  func run() async throws {
    let plan = try NightPlan(contentsOf: URL(fileURLWithPath: plan))
    if dryRun { return try printSchedule(of: plan) }
    let store = try database.open(.readWrite)
    let host = host(store, threads: plan.threads)
    try host.check(plan)
    let signer = try signer()
    let held = try await Measuring.lockHost(for: "the night \(plan.id)", whenBusy: lock.whenBusy)
    defer { withExtendedLifetime(held) {} }
    try store.check()
    // After the wait for the lock, since what another night measured meanwhile counts.
    let schedule = try schedule(plan, host)
    Terminal.writeError(schedule.text(budget: plan.budget.minutes))
    let summary = try await night(plan, host, schedule, signer)
    json ? Terminal.write(result: summary.json) : Terminal.write(summary.text)
    throw ExitCode(summary.exitCode)
  }

  /// Made before anything is measured, so that a key that is not there, or is none, ends the night at its beginning.
  private func signer() throws -> BatchSigner? {
    try signKey.map { key in
      guard FileManager.default.isReadableFile(atPath: key) else {
        throw ValidationError("--sign-key: \(key) is not there or cannot be read.")
      }
      let signer = BatchSigner(try SSHKeygen.find(), key: URL(fileURLWithPath: key))
      _ = try signer.fingerprint()
      return signer
    }
  }

  private func host(_ store: MeasurementStore, threads: Int?) -> NightHost {
    var host = NightHost(
      store: store, calibration: database.calibrationURL, registry: registry.file, library: library.library,
      command: ProgramIdentity.worker, version: Version.current)
    let reached = ReachedShares(in: store)
    host.predictionBasis = { folder in PredictionBasis(of: folder, threads: threads, reached: reached) }
    return host
  }

  /// Prints what tonight would do, by the database as it is; where there is none, by an empty one that is thrown away.
  private func printSchedule(of plan: NightPlan) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("resident-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let store =
      database.exists
      ? try database.open(.readOnly)
      : try MeasurementStore(at: folder.appendingPathComponent("empty.sqlite"), mode: .readWrite)
    let host = host(store, threads: plan.threads)
    try host.check(plan)
    let schedule = try schedule(plan, host)
    json ? Terminal.write(result: schedule.json) : Terminal.write(schedule.text(budget: plan.budget.minutes))
  }

  private func schedule(_ plan: NightPlan, _ host: NightHost) throws -> NightSchedule {
    // Without them the night can be planned nevertheless; a promotion reads them by itself.
    let sentinels = (try? host.sentinels(mayMigrate: !dryRun)) ?? []
    return NightSchedule(plan, try host.survey(plan), sentinels: sentinels, now: Machine.wallSeconds)
  }

  private func night(
    _ plan: NightPlan, _ host: NightHost, _ schedule: NightSchedule, _ signer: BatchSigner?
  ) async throws -> NightSummary {
    let progress = ProgressDisplay()
    let hook = VerdictHook(command: onVerdict, limit: .seconds(onVerdictLimit))
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
    let end: @Sendable () -> Void = {
      work.cancel()
      hook.stop()
    }
    let cancellation = Cancellation(onFirst: end)
    let termination = Signals.observe(.terminate, end)
    var summary = await work.value
    withExtendedLifetime((cancellation, termination)) {}
    summary.problems += hook.problems
    summary.export(host.store, to: export, engine: engine, signer: signer)
    summary.write(to: self.summary)
    do {
      try host.store.record(night: summary.json, startedAt: summary.startedAt)
    } catch {
      summary.problems.append("\(error)")
    }
    return summary
  }
}

extension NightSummary {
  /// Exports what is new in the database, as Parquet if DuckDB is found; a failure becomes a problem of the night.
  fileprivate mutating func export(
    _ store: MeasurementStore, to folder: String?, engine: DuckDBOption, signer: BatchSigner?
  ) {
    guard let folder else { return }
    do {
      let exporter = DatasetExporter(
        store: store, folder: URL(fileURLWithPath: folder), gitRevision: ExportCommand.workingRevision ?? "unknown",
        trigger: "schedule", engine: try engine.find(), signer: signer)
      let report = try exporter.export()
      exported = report.written
      problems += report.refused.map { "session \($0.session) is not exported: \($0.error)" }
      try report.writeRankings(by: exporter)
    } catch {
      problems.append("the export to \(folder) failed: \(error)")
    }
  }

  /// Writes `night.md` and `night.json`, each whole or not at all; a failure becomes a problem of the night.
  fileprivate mutating func write(to folder: String?) {
    guard let folder else { return }
    let url = URL(fileURLWithPath: folder, isDirectory: true)
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      try DurableFile.write(Array(markdown.utf8), to: url.appendingPathComponent("night.md").path)
      try DurableFile.write(
        Array((json.serialized(.pretty) + "\n").utf8), to: url.appendingPathComponent("night.json").path)
    } catch {
      problems.append("the summary could not be written to \(folder): \(error.localizedDescription)")
    }
  }
}
