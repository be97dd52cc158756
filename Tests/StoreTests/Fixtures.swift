import TestSupport
import Crypto
import JSON
import Measurements
import Store
import TestSupport

import struct Foundation.UUID

extension MeasurementStore {
  /// A store in a new file, with a clock that stands still.
  static func fresh(in folder: TemporaryFolder, patience: Double = 10) throws -> MeasurementStore {
    try MeasurementStore(at: folder("state/measurements.sqlite"), mode: .readWrite, patience: patience) {
      1_800_000_000
    }
  }
}

enum Fixture {
  static let envelope: JSONValue = ["id": "smoke", "version": 1, "limit": 0.15, "plan": ["blocks": 3]]
  static let envelopeHash = hash(of: envelope)

  static func hash(of envelope: JSONValue) -> EnvelopeHash {
    EnvelopeHash(
      rawValue: SHA256.hash(data: Array(envelope.serialized(.canonical).utf8))
        .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
  }

  static let host = Host(
    fingerprint: "f00d", operatingSystem: "Linux 6.1", architecture: "x86_64", chip: "Some CPU", physicalCores: 2,
    memoryBytes: 24 << 30)

  static let engine = EngineBuild(name: "native", version: "0.1.0", instructionSet: "avx2", threads: 2)

  static func session(
    uuid: String = UUID().uuidString, resident: ModelID? = "org/old", candidate: ModelID = "org/new",
    startedAt: Double = 1_763_866_260.123456, host: Host = host
  ) -> MeasurementSession {
    MeasurementSession(
      uuid: uuid, startedAt: startedAt, envelopeID: "smoke", envelopeHash: envelopeHash, role: "default",
      resident: resident, candidate: candidate, orderSeed: .max, environment: .underLoad, host: host,
      residentVersion: "0.1.0")
  }

  static func run(
    _ side: Side?, weights: String? = nil, engine: EngineBuild = engine, model: ModelID? = nil
  ) -> Run {
    let hash = weights ?? (side == .resident ? "aa" : "bb")
    return Run(
      model: model ?? (side == .resident ? "org/old" : "org/new"), side: side,
      provenance: .hashed(WeightsHash(rawValue: hash), files: JSONObject([("model.safetensors", "00ff")])),
      engine: engine, load: LoadReading(loadSeconds: 1.25, readinessSeconds: 0.1),
      description: JSONObject([("lane", "uniform"), ("bits", 4.5), ("layers", 30)]))
  }

  static func sample(
    cell: CellID = "short", block: Int = 0, repetition: Int = 0, item: String? = nil, round: Int? = nil,
    outcome: Sample.Outcome? = nil
  ) -> Sample {
    Sample(
      place: .init(cell: cell, block: block, repetition: repetition, item: item, round: round),
      startedAt: 1_763_866_261.5, elapsedNanoseconds: 2_000_000_000, peakMemoryBytes: 300_000_000, loadAverage: 0.25,
      outcome: outcome ?? .throughput(reading))
  }

  static let reading = ThroughputReading(
    promptTokens: 512, cachedTokens: 2, tokenNanoseconds: [500_000_000, 520_000_000, 520_000_000, 561_000_001])

  static func answer(_ text: String, scores: [Double] = [-1.5, -0.1]) -> Sample.Outcome {
    .answer(.init(answer: text, isCorrect: true, optionScores: scores, completionTokens: 3))
  }
}
