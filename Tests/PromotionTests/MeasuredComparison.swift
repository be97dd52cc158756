import Envelopes
import Foundation
import JSON
import Measurements
import ModelRegistry
import Promotion
import Store
import TestSupport

/// A real database with a comparison whose times were made up, and a registry beside it.
struct MeasuredComparison {
  let folder: TemporaryFolder
  let store: MeasurementStore
  let registry: RegistryFile
  let number: SessionNumber

  static let registryText = "{\n\t\"models\": {\"default\": \"org/old\", \"coding\": \"org/old\"},\n\t\"x\": 1\n}\n"

  /// - Parameters:
  ///   - speed: The candidate's rate relative to the resident's.
  ///   - proof: How the candidate's weights are known.
  init(
    speed: Double, comparisonsNeeded: Int = 1, allowsProvisional: Bool = true, proof: ProofLevel = .hashed
  ) throws {
    folder = try TemporaryFolder()
    store = try MeasurementStore(at: folder("test.sqlite"), mode: .readWrite)
    registry = RegistryFile(try folder.write(Self.registryText, to: "registry.json"))
    let source = Self.envelope(comparisonsNeeded, allowsProvisional)
    let envelope = try Envelope(source: source)
    number = try store.open(
      MeasurementSession(
        uuid: UUID().uuidString.lowercased(), startedAt: 1_700_000_000, envelopeID: envelope.id,
        envelopeHash: envelope.hash, role: "default", resident: "org/old", candidate: "org/new", orderSeed: 1,
        environment: .isolated, host: Self.host, residentVersion: "test"), envelope: source)
    for (side, model, factor) in [(Side.resident, "org/old", 1.0), (.candidate, "org/new", speed)] {
      let run = try store.append(Self.run(side, model, side == .candidate ? proof : .hashed), to: number)
      for block in 0..<6 {
        for repetition in 0..<2 {
          // A little noise, the same for both models, so that the spread is not zero.
          let token = (1e7 + 1e5 * Double(block * 2 + repetition)) / factor
          let times = (1...8).map { Int64(5e7 / factor + Double($0) * token) }
          try store.append(
            Sample(
              place: .init(cell: "short", block: block, repetition: repetition), startedAt: 1_700_000_001,
              elapsedNanoseconds: 200_000_000, peakMemoryBytes: 1_000_000, loadAverage: 0.1,
              outcome: .throughput(.init(promptTokens: 32, cachedTokens: 0, tokenNanoseconds: times))), to: run)
        }
      }
    }
    try store.finish(number, state: .complete)
  }

  /// Finds the files that were measured.
  static let measuredFiles = WeightInspector { model, _ in files(of: model) }

  /// The hashes of a model's files as they were measured.
  static func files(of model: ModelID) -> [String: String] {
    ["model.safetensors": String(repeating: model == "org/new" ? "2" : "1", count: 64)]
  }

  var promoter: Promoter { Promoter(store: store, registry: registry, requester: "tester") }

  var databasePath: String { folder("test.sqlite").path }

  var registryText: String { get throws { try String(contentsOf: registry.url, encoding: .utf8) } }

  private static let host = Measurements.Host(
    fingerprint: String(repeating: "a", count: 64), operatingSystem: "Test", architecture: "x86_64", chip: "Test",
    physicalCores: 2, memoryBytes: 1 << 34)

  private static func run(_ side: Side, _ model: String, _ proof: ProofLevel) -> Run {
    let hash = String(repeating: side == .resident ? "1" : "2", count: 64)
    return Run(
      model: ModelID(rawValue: model), side: side,
      provenance: .hashed(WeightsHash(rawValue: hash), files: JSONObject([("model.safetensors", .string(hash))])),
      engine: EngineBuild(name: "native", version: "test", instructionSet: "scalar", threads: 1),
      load: LoadReading(loadSeconds: 1, readinessSeconds: 1), description: JSONObject(), proof: proof)
  }

  private static func envelope(_ comparisonsNeeded: Int, _ allowsProvisional: Bool) -> JSONValue {
    [
      "schema": 1, "id": "made-up", "version": 1, "description": "For tests.",
      "sampling": ["temperature": 0, "top_p": 1, "seed": 0],
      "throughput": [["id": "short", "text": "The quick brown fox. ", "prompt_tokens": 32, "decode_tokens": 8]],
      "accuracy": [],
      "plan": ["blocks": 6, "warm_ups": 0, "order_seed": 1, "divergence_limit": 0.15, "void_limit": 0.34],
      "promotion": [
        "confidence": 0.95,
        "objectives": [["metric": "cumulative_tokens_per_second", "cell": "short", "min_effect": 0.02]],
        "guardrails": [["metric": "peak_memory_bytes", "margin": 0.1]],
        "maturity": [
          "comparisons": .integer(comparisonsNeeded), "days_between": 0, "allow_provisional": .bool(allowsProvisional),
        ],
      ],
    ]
  }
}

extension Promoter {
  /// Promotes where the models' files are still those that were measured.
  func promote(
    _ comparison: SessionNumber, roles: [Role], permissions: Permissions = Permissions()
  ) throws -> PromotionDecision {
    try promote(comparison, roles: roles, weights: MeasuredComparison.measuredFiles, permissions: permissions)
  }
}
