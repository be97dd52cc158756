import JSON
import Measurements
import Store

/// A model as the last comparison under an envelope measured it on one host: a row of the table of models, and a point
/// of the frontier.
public struct MeasuredModel: Sendable, Equatable {
  public struct Figure: Sendable, Equatable {
    public let cell: CellID
    public let metric: Metric
    /// In the metric's unit.
    public let value: Double
    /// Blocks or items that it rests on.
    public let count: Int
  }

  public let model: ModelID
  /// The host's fingerprint: figures of different hosts are not comparable.
  public let host: String
  public let chip: String
  public let comparison: SessionNumber
  /// Where the comparison comes from; a host's name in an import is what the import says.
  public let origin: Origin
  public let figures: [Figure]
  /// Zero if unknown.
  public let peakMemoryBytes: Int64
  /// Tokens per second of the envelope's first throughput cell; nil if it was not measured.
  public let speed: Double?
  /// The share of right answers over all items of the envelope's tasks; nil if none was asked.
  public let accuracy: Double?
  /// Whether no other model of the host is at least as fast and as accurate, and better in one of the two.
  public internal(set) var isOnFrontier = false

  init(_ comparison: Report.Comparison, side: Side) {
    let (host, contender) = (comparison.verdict.subject.host, comparison.verdict.contender(side))
    model = contender.model
    self.host = host.fingerprint
    chip = host.chip
    self.comparison = comparison.number
    origin = comparison.mark.origin
    peakMemoryBytes = contender.peakMemoryBytes
    figures = comparison.figures(of: side)
    speed = figures.first { $0.metric == .cumulativeTokensPerSecond }?.value
    let asked = figures.filter { $0.metric == .accuracy && $0.count > 0 }
    let items = asked.reduce(0) { $0 + Double($1.count) }
    accuracy = items > 0 ? asked.reduce(0) { $0 + $1.value * Double($1.count) } / items : nil
  }

  /// Whether it is nowhere worse than the other and somewhere better.
  func dominates(_ other: MeasuredModel) -> Bool {
    guard host == other.host, origin.kind == other.origin.kind, let speed, let accuracy, let otherSpeed = other.speed,
      let otherAccuracy = other.accuracy
    else { return false }
    return speed >= otherSpeed && accuracy >= otherAccuracy && (speed > otherSpeed || accuracy > otherAccuracy)
  }

  /// For programs: absent values are null.
  public var json: JSONValue {
    [
      "model": .string(model.rawValue), "host": .string(host), "chip": .string(chip),
      "comparison": .integer(Int(comparison.rawValue)), "origin": .string(origin.kind),
      "peak_memory_bytes": .integer(Int(peakMemoryBytes)),
      "speed_tokens_per_second": .init(speed), "accuracy": .init(accuracy), "is_on_frontier": .bool(isOnFrontier),
      "figures": .array(
        figures.map {
          [
            "cell": .string($0.cell.rawValue), "metric": .string($0.metric.rawValue),
            "unit": .string($0.metric.unit), "direction": .string($0.metric.direction.rawValue),
            "value": .init($0.value),
          ]
        }),
    ]
  }
}

extension Report.Comparison {
  /// What was measured of a side, cell by cell.
  func figures(of side: Side) -> [MeasuredModel.Figure] {
    verdict.facts.filter { $0.side == side }.flatMap { facts in
      facts.figures.map {
        MeasuredModel.Figure(cell: facts.cell, metric: $0.metric, value: $0.value, count: $0.count)
      }
    }
  }
}
