import ArgumentParser
import Calibration
import Envelopes
import Foundation
import Measurements
import ModelRegistry
import Runner
import Store

struct CalibrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Show how often an envelope's plan promotes by mistake, and which gains it detects.",
    discussion: """
      Example: resident calibrate --envelope envelopes/nightly.json

      Simulates comparisons of a model with itself, with and without planted gains, through the rule that decides real \
      comparisons; by rounds also of candidates that must not be promoted, such as one that stalls. The noise is fitted to what this host has stored, or assumed if that is too little. Exit code 0 \
      whether or not the goals are met; "goals_met" in the JSON says which.
      """)

  @Option(help: ArgumentHelp("The envelope.", valueName: "file"), completion: .file(extensions: ["json"]))
  var envelope = "envelopes/nightly.json"

  @Option(help: "Simulated comparisons of a model with itself, per noise model; as many per harmful candidate.")
  var simulations = 10_000

  @Option(help: "Simulated comparisons per planted gain and noise model. Default: a fifth of --simulations.")
  var detections: Int?

  @Option(help: "The seed of the simulations.")
  var seed: UInt64 = 1

  @Flag(help: "Measure a model of this host against a byte-equal copy of itself instead of simulating.")
  var real = false

  @Option(help: "With --real: the model. Default: the resident of the role `default`.")
  var model: String?

  @Option(help: "With --real: the number of comparisons.")
  var comparisons = 1

  @Option(help: "With --real: threads that a worker computes with. Default: one per physical core.")
  var threads: Int?

  @OptionGroup var quiet: QuietOption

  @OptionGroup var library: LibraryOption
  @OptionGroup var registry: RegistryOption
  @OptionGroup var database: DatabaseOption

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard (1...10_000_000).contains(simulations), (1...10_000_000).contains(detections ?? 1) else {
      throw ValidationError("--simulations and --detections must be from 1 to 10000000.")
    }
    guard (1...1000).contains(comparisons) else { throw ValidationError("--comparisons must be from 1 to 1000.") }
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be from 1 to 1024.") }
  }

  func run() async throws {
    let envelope = try Envelope(contentsOf: URL(fileURLWithPath: envelope))
    if real { return try await measure(envelope) }
    guard envelope.promotion.objectives.contains(where: \.metric.isOfThroughput) else {
      throw ValidationError(
        "no objective of \(envelope.id) is on throughput, and nothing else is simulated; `resident envelope show` says "
          + "which losses its answers can exclude, and --real measures a model against itself")
    }
    let calibrator = Calibrator(envelope, fitting: try storedComparisons(), seed: seed)
    let report = try await calibrator.report(
      simulations: simulations, detections: detections ?? max(simulations / 5, 1)
    ) { name in Terminal.writeError("simulating \(name)\n") }
    json ? Terminal.write(result: report.json) : Terminal.write(report.text)
  }

  /// Compares with a copy instead of simulating.
  private func measure(_ envelope: Envelope) async throws {
    let id = try model.map { ModelID(rawValue: $0) } ?? registry.file.resident(of: "default")
    let calibration = RealCalibration(
      envelope: envelope, model: id, folder: try library.library.folder(of: id),
      database: database.calibrationURL, threads: threads, quietWait: quiet.minutes)
    let results = try await calibration.run(comparisons)
    json ? Terminal.write(result: RealCalibration.json(results)) : Terminal.write(RealCalibration.text(results))
  }

  /// The newest complete comparisons that were measured here and not set aside; none if there is no database.
  private func storedComparisons() throws -> [Evidence] {
    guard database.exists else { return [] }
    let store = try database.open(.readOnly)
    let host = Measurements.Host.current.fingerprint
    return try store.sessions()
      .filter {
        $0.state == .complete && $0.session.resident != nil && $0.session.host.fingerprint == host
          && $0.mark.decides(on: host, admitting: .none)
      }
      .prefix(50).map { try store.evidence($0.number) }
  }
}
