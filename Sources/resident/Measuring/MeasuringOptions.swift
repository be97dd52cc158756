import ArgumentParser
import Envelopes
import Foundation
import Measurements
import ModelRegistry
import Platform
import Runner
import Store
import ToolCalls

/// What `run` and `compare` take alike.
struct MeasuringOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The envelope.", valueName: "file"), completion: .file(extensions: ["json"]))
  var envelope: String

  @OptionGroup var engine: EngineOptions
  @OptionGroup var library: LibraryOption
  @OptionGroup var database: DatabaseOption

  @Option(help: "Threads a worker computes with. Default: one a physical core.")
  var threads: Int?

  @Option(help: "Whether the machine does anything else meanwhile: isolated or under-load.")
  var environment: EnvironmentClass = .isolated

  @Option(
    help: ArgumentHelp(
      "How calls of live tool loops are read: \(CallParser.allCases.map(\.rawValue).joined(separator: ", ")). "
        + "Default: as the chat template says.",
      valueName: "name"))
  var parser: CallParser?

  @Option(
    help: ArgumentHelp(
      "Refuse to load models that together need more than this, by their files and configuration.",
      valueName: "MB"))
  var memoryBudget: Int?

  @Option(
    help: ArgumentHelp(
      "End a worker whose address space grows beyond this (Linux); its cell is then capacity_gated.", valueName: "MB"))
  var memoryLimit: Int?

  @OptionGroup var lock: LockOption

  @Flag(help: "Go on with the latest interrupted session of these models and this envelope.")
  var resume = false

  @Flag(help: "Print one JSON object at the end instead of text.")
  var json = false

  func validate() throws {
    for megabytes in [memoryBudget, memoryLimit].compactMap(\.self) where !(1...1 << 40).contains(megabytes) {
      throw ValidationError("--memory-budget and --memory-limit must be positive numbers of megabytes.")
    }
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be from 1 to 1024.") }
  }

  func plan(
    _ contenders: [MeasurementPlan.Contender], role: Role?, envelope: Envelope,
    registry: URL = RegistryLocation.url(override: nil)
  ) throws -> MeasurementPlan {
    var references: [ModelID: URL] = [:]
    for id in envelope.accuracy.compactMap(\.reference) { references[id] = try library.library.folder(of: id) }
    var plan = MeasurementPlan(
      envelope: envelope, contenders: contenders, role: role, environment: environment,
      command: try engine.command(for: contenders, registry: registry), threads: threads,
      version: Version.current, parser: parser, references: references,
      referenceCache: library.library.root.appendingPathComponent(".references"))
    plan.memoryBudget = memoryBudget.map { $0 * 1_000_000 }
    plan.memoryLimit = memoryLimit.map { $0 * 1_000_000 }
    return plan
  }

  func contender(_ side: Side, _ id: ModelID) throws -> MeasurementPlan.Contender {
    MeasurementPlan.Contender(side: side, model: id, folder: try library.library.folder(of: id))
  }
}

extension EnvironmentClass: ExpressibleByArgument {}
extension CallParser: ExpressibleByArgument {}

/// Runs a plan with progress, and ends it cleanly at Ctrl-C.
enum Measuring {
  static func run(
    _ plan: MeasurementPlan, store: MeasurementStore, resuming: Bool, manner: HostLock.Manner = .wait
  ) async throws -> SessionNumber {
    let lock = try await LockOption.acquire(manner, for: "measuring \(plan.contenders.map(\.model.rawValue))")
    defer { withExtendedLifetime(lock) {} }
    if resuming { try store.check() }
    let progress = ProgressDisplay()
    let work = Task {
      try await MeasurementRunner(plan, store: store, report: progress.show).run(resuming: resuming) { number in
        progress.session = number
      }
    }
    let cancellation = Cancellation { work.cancel() }
    defer {
      progress.end()
      withExtendedLifetime(cancellation) {}
    }
    do {
      return try await work.value
    } catch is CancellationError {
      progress.end()
      if let number = progress.session {
        Terminal.writeError("interrupted; session \(number) is kept. Run the same command with --resume to go on.\n")
      }
      throw ExitCode(130)
    }
  }
}
