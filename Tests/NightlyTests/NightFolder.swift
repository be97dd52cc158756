import Envelopes
import Foundation
import JSON
import Measurements
import ModelRegistry
import Runner
import Store
import TestSupport
import WorkerProtocol

@testable import Nightly

/// A folder with a plan, a registry and models that play scripts.
struct NightFolder {
  let folder: TemporaryFolder
  let store: MeasurementStore

  init() throws {
    folder = try TemporaryFolder()
    store = try MeasurementStore(at: folder("night.sqlite"), mode: .readWrite)
    try folder.write("{\"models\": {\"default\": \"old\"}}", to: "registry.json")
    try folder.write(Self.envelope.serialized(), to: "envelope.json")
    try model("old")
  }

  /// Writes a model folder whose worker plays these outputs over and over.
  ///
  /// - Parameter weights: What tells its weights from others; nil for its name.
  func model(_ name: String, weights: String? = nil, outputs: [JSONValue] = [["text": "x"]]) throws {
    let script: JSONValue = ["weights": .string(weights ?? name), "outputs": .array(outputs)]
    try folder.write(script.serialized(), to: "models/\(name)/script.json")
    try folder.write("{}", to: "models/\(name)/config.json")
  }

  /// Reads a plan of these candidates with other members added or replaced.
  func plan(_ candidates: [String], _ members: [(String, JSONValue)] = []) throws -> NightPlan {
    var object = JSONObject([
      ("schema", 1), ("id", "rehearsal"), ("roles", ["default"]),
      ("candidates", .array(candidates.map { .string($0) })), ("envelopes", ["envelope.json"]),
      ("budget", ["minutes": 1440]), ("sentinel", false), ("watchdog", ["load_seconds": 20, "decode_seconds": 1]),
    ])
    for (name, value) in members { object[name] = value }
    return try NightPlan(contentsOf: try folder.write(JSONValue.object(object).serialized(), to: "plan.json"))
  }

  var host: NightHost {
    let executable = Program.product("scripted-worker")
    return NightHost(
      store: store, calibration: folder("calibration.sqlite"),
      registry: RegistryFile(folder("registry.json")),
      library: ModelLibrary(root: folder("models")),
      command: WorkerCommand(executable: executable, arguments: []), version: "test")
  }

  /// Runs one night and returns its summary.
  ///
  /// - Parameter change: Changes the schedule before.
  func night(
    _ plan: NightPlan, promotes: Bool = false, _ change: (inout NightSchedule) -> Void = { _ in }
  ) async throws -> NightSummary {
    var schedule = NightSchedule(
      plan, try host.survey(plan), sentinels: try host.sentinels(), now: Date().timeIntervalSince1970)
    change(&schedule)
    return await Night(plan, on: host, promotes: promotes, requester: "test").run(schedule)
  }

  static let envelope: JSONValue = [
    "schema": 1, "id": "tiny", "version": 1, "description": "For tests.",
    "sampling": ["temperature": 0, "top_p": 1, "seed": 0],
    "throughput": [["id": "short", "text": "Tea. ", "prompt_tokens": 8, "decode_tokens": 4]], "accuracy": [],
    "plan": ["blocks": 2, "warm_ups": 0, "order_seed": 1, "divergence_limit": 1, "void_limit": 0.9],
    "promotion": [
      "confidence": 0.5,
      "objectives": [["metric": "cumulative_tokens_per_second", "cell": "short", "min_effect": 0.5]],
      "guardrails": [["metric": "peak_memory_bytes", "margin": 0.5]],
      "maturity": ["comparisons": 2, "days_between": 5, "allow_provisional": true],
    ],
  ]
}
