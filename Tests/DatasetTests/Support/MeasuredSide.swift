import JSON
import Measurements

/// One side's run and samples.
struct MeasuredSide {
  var run: Run
  var samples: [Sample]

  static let resident = MeasuredSide(side: .resident, weights: "aaaa")
  static let candidate = MeasuredSide(side: .candidate, weights: "bbbb")

  private init(side: Side, weights: WeightsHash) {
    run = Run(
      model: "set by the session", side: side,
      provenance: .hashed(weights, files: JSONObject([("model.safetensors", "00ff")])),
      engine: EngineBuild(name: "native", version: "0.1.0", instructionSet: "avx2", threads: 2),
      load: LoadReading(loadSeconds: 1.25, readinessSeconds: 0.5),
      description: JSONObject([
        ("architecture", "llama"), ("bits_per_weight", 5.0), ("lane", ["lane": "uniform"]),
        ("storage", [["format": "affine 4-bit g32", "parameters": 100]]),
      ]))
    let reading = ThroughputReading(
      promptTokens: 512, cachedTokens: 0, tokenNanoseconds: [500_000_000, 520_000_000, 541_000_001])
    samples = [
      Self.sample("short", .throughput(reading)),
      Self.sample("short", repetition: 1, .throughput(reading)),
      Self.sample("short", block: 1, .throughput(reading)),
      Self.sample("short", block: 2, .unscored(.capacityGated, message: "the worker exited with status 1")),
      Self.sample(
        "facts", item: "sky",
        .answer(.init(answer: "2", isCorrect: true, optionScores: [-1.5, -.infinity, 0.1 + 0.2], completionTokens: 0))),
      Self.sample(
        "facts", item: "sea",
        .answer(.init(answer: "e\u{301} \"🦅\"\n", isCorrect: false, optionScores: [], completionTokens: 7))),
    ]
  }

  static func sample(
    _ cell: CellID, block: Int = 0, repetition: Int = 0, item: String? = nil, _ outcome: Sample.Outcome
  ) -> Sample {
    Sample(
      place: .init(cell: cell, block: block, repetition: repetition, item: item), startedAt: 1_763_866_261.123456,
      elapsedNanoseconds: 550_000_000, peakMemoryBytes: 300 << 20, loadAverage: 0.25, outcome: outcome)
  }
}
