import JSON

/// What was predicted of a run beside what was then measured.
public struct PredictionReading: Sendable, Equatable {
  /// A throughput cell's decode rate, in tokens per second of all its sequences.
  public struct Decode: Sendable, Equatable {
    public let predicted: RunPrediction.Decode
    /// The median of the cell's requests.
    public let measured: Double

    /// What of the memory's limit was reached.
    public var share: Double { measured / predicted.limit }
    /// Of the measured rate, relative; nil if only the limit was known.
    public var error: Double? { predicted.rate.map { $0.value / measured - 1 } }
    /// Nil if only the limit was known.
    public var isWithin: Bool? { predicted.rate.map { ($0.lower...max($0.lower, $0.upper)).contains(measured) } }
  }

  public let model: ModelID
  public let side: Side?
  /// As the worker named it.
  public let family: String?
  /// Most weights' storage format, as the worker named it.
  public let format: String?
  public let memory: RunPrediction.Memory
  /// The most that a worker took, in bytes; nil where no sample says.
  public let peakMemoryBytes: Int?
  public let decode: [Decode]

  /// Of the measured peak, relative; nil where none was measured.
  public var memoryError: Double? { peakMemoryBytes.map { Double(memory.total) / Double($0) - 1 } }

  /// Nil if nothing was predicted.
  ///
  /// - Parameter samples: Of the run's side.
  public init?(_ run: Run, _ samples: [Sample]) {
    guard let prediction = run.prediction else { return nil }
    (model, side, memory) = (run.model, run.side, prediction.memory)
    family = run.description["architecture"]?.string
    format = run.storageFormat
    let peak = samples.map(\.peakMemoryBytes).max() ?? 0
    peakMemoryBytes = peak > 0 ? Int(peak) : nil
    decode = prediction.decode.compactMap { cell in
      let rates = samples.filter { $0.place.cell == cell.cell }
        .compactMap { $0.throughput?.decodeTokensPerSecond }.sorted()
      guard !rates.isEmpty else { return nil }
      return Decode(predicted: cell, measured: rates[rates.count / 2])
    }
  }

  /// For programs; absent values are null.
  public var json: JSONValue {
    [
      "model": .string(model.rawValue), "side": .init(side?.rawValue),
      "memory_bytes": ["predicted": .integer(memory.total), "measured": peakMemoryBytes.map { .integer($0) } ?? .null],
      "decode": .array(
        decode.map { cell in
          [
            "cell": .string(cell.predicted.cell.rawValue), "limit_tokens_per_s": .number(cell.predicted.limit),
            "predicted_tokens_per_s": cell.predicted.rate.map { .number($0.value) } ?? .null,
            "from": cell.predicted.rate.map { .number($0.lower) } ?? .null,
            "to": cell.predicted.rate.map { .number($0.upper) } ?? .null,
            "basis": .init(cell.predicted.rate?.basis.rawValue),
            "measured_tokens_per_s": .number(cell.measured), "share_of_limit": .number(cell.share),
          ]
        }),
    ]
  }
}

extension Evidence {
  /// What was predicted of both sides' first runs beside what they measured; empty where nothing was.
  public var predictions: [PredictionReading] {
    Side.allCases.compactMap { PredictionReading(run(of: $0), samples(of: $0)) }
  }
}
