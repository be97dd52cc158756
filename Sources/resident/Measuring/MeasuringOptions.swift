import ArgumentParser
import Envelopes
import Foundation
import Measurements
import ModelRegistry
import Runner
import Store
import ToolCalls
import Vocabulary
import WorkerProtocol

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

  @Flag(help: "Go on with the latest interrupted session of these models and this envelope.")
  var resume = false

  @Flag(help: "Print one JSON object at the end instead of text.")
  var json = false

  func validate() throws {
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be from 1 to 1024.") }
  }

  func plan(
    _ contenders: [MeasurementPlan.Contender], role: Role?, envelope: Envelope,
    registry: URL = RegistryLocation.url(override: nil)
  ) throws -> MeasurementPlan {
    var references: [ModelID: URL] = [:]
    for id in envelope.accuracy.compactMap(\.reference) { references[id] = try library.library.folder(of: id) }
    return MeasurementPlan(
      envelope: envelope, contenders: contenders, role: role, environment: environment,
      command: try engine.command(for: contenders, registry: registry), threads: threads,
      version: Version.current, parser: parser, references: references,
      referenceCache: library.library.root.appendingPathComponent(".references"))
  }

  func contender(_ side: Side, _ id: ModelID) throws -> MeasurementPlan.Contender {
    MeasurementPlan.Contender(side: side, model: id, folder: try library.library.folder(of: id))
  }
}

extension EnvironmentClass: ExpressibleByArgument {}
extension CallParser: ExpressibleByArgument {}

/// Runs a plan with progress, and ends it cleanly at Ctrl-C.
enum Measuring {
  static func run(_ plan: MeasurementPlan, store: MeasurementStore, resuming: Bool) async throws -> SessionNumber {
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
