import Crypto
import Foundation
import JSON
import Measurements
import Store

/// Sessions as a measurement records them.
enum Recorded {
  static let hostile = "<script>alert('x')</script>\"\u{202E}\u{7}{name}%2e%2e/\\"

  static let envelope: JSONValue = [
    "schema": 1, "id": "smoke", "version": 1, "description": "For tests.",
    "sampling": ["temperature": 0, "top_p": 1, "seed": 0],
    "throughput": [["id": "short", "text": "The quick brown fox. ", "prompt_tokens": 64, "decode_tokens": 2]],
    "accuracy": [],
    "plan": [
      "blocks": 4, "minimum_blocks": 4, "warm_ups": 1, "order_seed": 1, "divergence_limit": 1, "void_limit": 0.5,
    ],
    "promotion": [
      "confidence": 0.95,
      "objectives": [["metric": "cumulative_tokens_per_second", "cell": "short", "min_effect": 0.03]],
      "guardrails": [["metric": "peak_memory_bytes", "margin": 0.1]],
      "maturity": ["comparisons": 4, "days_between": 0, "allow_provisional": true],
    ],
  ]
  static let envelopeHash = EnvelopeHash(
    rawValue: SHA256.hash(data: Array(envelope.serialized(.canonical).utf8))
      .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())

  /// A running session without samples, and the runs of its sides.
  static func running(
    in store: MeasurementStore, candidate: String = "org/new"
  ) throws -> (session: SessionNumber, resident: RunNumber, candidate: RunNumber) {
    let session = MeasurementSession(
      uuid: UUID().uuidString, startedAt: 1_763_866_260, envelopeID: "smoke", envelopeHash: envelopeHash,
      role: "default", resident: "org/old", candidate: ModelID(rawValue: candidate), orderSeed: 1,
      environment: .isolated,
      host: Host(
        fingerprint: "f00d", operatingSystem: "Linux", architecture: "x86_64", chip: "Some CPU", physicalCores: 2,
        memoryBytes: 24 << 30), residentVersion: "0.1.0")
    let number = try store.open(session, envelope: envelope)
    let resident = try store.append(run(.resident, "org/old"), to: number)
    return (number, resident, try store.append(run(.candidate, candidate), to: number))
  }

  private static func run(_ side: Side, _ model: String) -> Run {
    Run(
      model: ModelID(rawValue: model), side: side,
      provenance: .hashed(WeightsHash(rawValue: side.rawValue), files: JSONObject([("model.safetensors", "00ff")])),
      engine: EngineBuild(name: "native", version: "0.1.0", instructionSet: "avx2", threads: 2),
      load: LoadReading(loadSeconds: 1, readinessSeconds: 0.1), description: JSONObject())
  }

  static func sample(block: Int, repetition: Int = 0) -> Sample {
    Sample(
      place: .init(cell: "short", block: block, repetition: repetition), startedAt: 1_763_866_261,
      elapsedNanoseconds: 1_000_000,
      peakMemoryBytes: 300_000_000, loadAverage: 0.25,
      outcome: .throughput(
        ThroughputReading(promptTokens: 64, cachedTokens: 0, tokenNanoseconds: [500_000, 520_000])))
  }

  /// A complete comparison with a verdict.
  @discardableResult
  static func comparison(in store: MeasurementStore, candidate: String = "org/new") throws -> SessionNumber {
    let (session, resident, own) = try running(in: store, candidate: candidate)
    for (block, repetition) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
      for run in [resident, own] { try store.append(sample(block: block, repetition: repetition), to: run) }
    }
    try store.finish(session, state: .complete)
    try store.record(verdict: verdict(candidate), outcome: "hold", for: session)
    return session
  }

  static func verdict(_ candidate: String) -> JSONValue {
    [
      "outcome": "hold", "reason": "No objective is won.",
      "maturity": [
        "stage": "provisional", "validated_comparisons": 1, "needed_comparisons": 4, "missing_environment_classes": [],
      ],
      "subject": [
        "session": "s", "role": "default", "envelope": ["id": "smoke", "version": 1, "sha256": "e0"],
        "environment_class": "isolated", "resident": contender("org/old", peakMemoryBytes: 300_000_000),
        "candidate": contender(candidate, peakMemoryBytes: 200_000_000),
        "host": [
          "fingerprint": "f00d", "os": "Linux", "architecture": "x86_64", "chip": "Some CPU", "physical_cores": 2,
          "memory_bytes": 1,
        ],
      ],
      "objectives": [
        [
          "metric": "cumulative_tokens_per_second", "cell": "short", "state": "not_shown", "standing": "lags",
          "min_effect": 0.03,
          "effect": ["kind": "better_ratio", "ratio": 0.96, "interval": ["lower": 0.95, "upper": .null]],
        ]
      ],
      "guardrails": [
        ["metric": "peak_memory_bytes", "cell": .null, "state": "unresolved", "margin": 0.1, "effect": .null]
      ],
      "gaps": [], "refusals": [],
      "facts": [side("resident", speed: 100, accuracy: 0.5), side("candidate", speed: 96, accuracy: 0.75)],
    ]
  }

  private static func contender(_ model: String, peakMemoryBytes: Int) -> JSONValue {
    [
      "model": .string(model), "weights_sha256": .null,
      "engine": ["name": "native", "version": "1", "instruction_set": "avx2", "threads": 2], "load_seconds": 1,
      "readiness_seconds": 0.1, "peak_memory_bytes": .integer(peakMemoryBytes),
    ]
  }

  private static func side(_ side: JSONValue, speed: Double, accuracy: Double) -> JSONValue {
    [
      "cell": "short", "side": side,
      "means": [
        ["metric": "cumulative_tokens_per_second", "unit": "tokens/s", "value": .number(speed), "count": 8],
        ["metric": "accuracy", "unit": "share", "value": .number(accuracy), "count": 50],
      ],
    ]
  }
}
