import Envelopes
import Foundation
import JSON
import Measurements
import Runner
import Store
import Verdicts

/// Compares a model with a byte-equal copy of itself, under another id, on this host.
struct RealCalibration {
  let envelope: Envelope
  let model: ModelID
  let folder: URL
  /// Where the comparisons are kept: apart from the database that promotions come from, for none of them is a challenge.
  let database: URL
  let threads: Int?
  /// How long each comparison waits at most for other programs to end, in minutes; nil to measure beside them.
  let quietWait: Double?

  /// The outcome of one comparison.
  struct Result {
    let comparison: SessionNumber
    let stop: StoppingReason?
    /// Blocks per cell, void ones too; of the cell with the fewest.
    let blocks: Int
    let objectives: [String]
    /// Whether ``ProgramIdentity/workerVariable`` named the worker.
    let hasOverriddenWorker: Bool
    var isFalsePromotion: Bool { stop == .win }
  }

  /// Measures that many comparisons.
  ///
  /// - Throws: An error if the model can't be copied or measured; exit code 130 after Ctrl-C.
  func run(_ count: Int) async throws -> [Result] {
    let copy = FileManager.default.temporaryDirectory.appendingPathComponent("resident-copy-\(UUID().uuidString)")
    try FileManager.default.copyItem(at: folder.resolvingSymlinksInPath(), to: copy)
    defer { try? FileManager.default.removeItem(at: copy) }
    var plan = MeasurementPlan(
      envelope: envelope,
      contenders: [
        .init(side: .resident, model: model, folder: folder),
        .init(side: .candidate, model: ModelID(rawValue: "\(model)-copy"), folder: copy),
      ], role: nil, environment: .isolated,
      command: ProgramIdentity.worker, threads: threads, version: Version.current)
    plan.allowsSameWeights = true
    let store = try MeasurementStore(at: database, mode: .readWrite)
    var results: [Result] = []
    for index in 0..<count {
      Terminal.writeError("comparison \(index + 1) of \(count) of \(model) with its copy\n")
      let (number, _) = try await Measuring.run(
        plan, store: store, resuming: false, waitingForQuiet: quietWait)
      let verdict = try Judge(VerdictInputs(try store.evidence(number))).verdict()
      results.append(
        Result(
          comparison: number, stop: verdict.stop, blocks: verdict.blocks.map { $0.used + $0.void }.min() ?? 0,
          objectives: verdict.objectiveLines, hasOverriddenWorker: plan.command.isOverridden))
    }
    return results
  }

  static func text(_ results: [Result]) -> String {
    results.map { result in
      "comparison \(result.comparison): \(result.stop?.title ?? "not ended") after \(result.blocks) blocks per cell"
        + (result.hasOverriddenWorker ? ", worker overridden by \(ProgramIdentity.workerVariable)\n" : "\n")
        + result.objectives.map { "  \($0)\n" }.joined()
    }.joined() + "\(results.count { $0.isFalsePromotion }) of \(results.count) comparisons would have promoted\n"
  }

  static func json(_ results: [Result]) -> JSONValue {
    [
      "comparisons": .integer(results.count),
      "false_promotions": .integer(results.count { $0.isFalsePromotion }),
      "results": .array(
        results.map { result in
          var object = JSONObject([
            ("comparison", .integer(Int(result.comparison.rawValue))),
            ("stopped_for", .init(result.stop?.rawValue)),
            ("blocks", .integer(result.blocks)), ("objectives", .init(result.objectives)),
          ])
          if result.hasOverriddenWorker { object["command"] = "overridden" }
          return .object(object)
        }),
    ]
  }
}
