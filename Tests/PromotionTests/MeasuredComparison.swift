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

  /// Enough for a win by the fifth challenge of a resident.
  private static let blocks = 8

  static let registryText = "{\n\t\"models\": {\"default\": \"org/old\", \"coding\": \"org/old\"},\n\t\"x\": 1\n}\n"

  /// - Parameters:
  ///   - speed: The candidate's rate relative to the resident's.
  ///   - proof: How the candidate's weights are known.
  ///   - isPinned: Whether the registry's policy lets the envelope decide every role: alone, it is too weak.
  init(
    speed: Double, comparisonsNeeded: Int = 1, allowsProvisional: Bool = true, proof: ProofLevel = .hashed,
    isPinned: Bool = true
  ) throws {
    folder = try TemporaryFolder()
    store = try MeasurementStore(at: folder("test.sqlite"), mode: .readWrite)
    registry = RegistryFile(try folder.write(Self.registryText, to: "registry.json"))
    let envelope = try Envelope(source: Self.envelope(comparisonsNeeded, allowsProvisional))
    if isPinned {
      try RegistryPolicyFile(beside: registry.url).allow(envelope.hash, for: RegistryPolicy.everyRole)
    }
    number = try store.open(Self.session(under: envelope), envelope: envelope.source)
    let runs = [Self.run(.resident, "org/old"), Self.run(.candidate, "org/new", proof: proof)]
    try Self.measure(runs, speed: speed, into: store, number)
  }

  /// A session of the two models that is about to begin.
  static func session(under envelope: Envelope, startedAt: Double = 1_700_000_000) -> MeasurementSession {
    MeasurementSession(
      uuid: UUID().uuidString.lowercased(), startedAt: startedAt, envelopeID: envelope.id, envelopeHash: envelope.hash,
      role: "default", resident: "org/old", candidate: "org/new", orderSeed: 1, environment: .isolated, host: Self.host,
      residentVersion: "test")
  }

  /// Fills a session and ends it.
  ///
  /// - Parameter speed: The candidate's rate relative to the resident's.
  static func measure(_ runs: [Run], speed: Double, into store: MeasurementStore, _ number: SessionNumber) throws {
    for measured in runs {
      let factor = measured.side == .candidate ? speed : 1
      let run = try store.append(measured, to: number)
      for block in 0..<blocks {
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

  static let host = Measurements.Host(
    fingerprint: String(repeating: "a", count: 64), operatingSystem: "Test", architecture: "x86_64", chip: "Test",
    physicalCores: 2, memoryBytes: 1 << 34)

  /// - Parameters:
  ///   - hash: Of the files; nil for that of ``files(of:)``.
  ///   - tensors: Nil if the worker reports none.
  static func run(
    _ side: Side, _ model: String, proof: ProofLevel = .hashed, hash: String? = nil, tensors: TensorsHash? = nil
  ) -> Run {
    let hash = hash ?? String(repeating: side == .resident ? "1" : "2", count: 64)
    return Run(
      model: ModelID(rawValue: model), side: side,
      provenance: .hashed(
        WeightsHash(rawValue: hash), files: JSONObject([("model.safetensors", .string(hash))]), tensors: tensors),
      engine: EngineBuild(name: "native", version: "test", instructionSet: "scalar", threads: 1),
      load: LoadReading(loadSeconds: 1, readinessSeconds: 1), description: JSONObject(), proof: proof)
  }

  static func envelope(
    _ comparisonsNeeded: Int = 1, _ allowsProvisional: Bool = true, confidence: Double = 0.95
  ) -> JSONValue {
    [
      "schema": 1, "id": "made-up", "version": 1, "description": "For tests.",
      "sampling": ["temperature": 0, "top_p": 1, "seed": 0],
      "throughput": [["id": "short", "text": "The quick brown fox. ", "prompt_tokens": 32, "decode_tokens": 8]],
      "accuracy": [],
      "plan": [
        "blocks": .integer(blocks), "warm_ups": 0, "order_seed": 1, "divergence_limit": 0.15, "void_limit": 0.34,
      ],
      "promotion": [
        "confidence": .number(confidence),
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
