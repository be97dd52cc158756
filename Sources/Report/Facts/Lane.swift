import JSON
import Store

/// A model as the last comparison under an envelope measured it on one host: a line of the table of lanes, and a point
/// of the frontier.
public struct Lane: Sendable, Equatable {
  public struct Figure: Sendable, Equatable {
    public let cell: String
    public let metric: String
    public let unit: String
    public let value: Double
    /// Blocks or items it rests on.
    public let count: Int
  }

  public let model: String
  /// The host's fingerprint: figures of different hosts do not compare.
  public let host: String
  public let chip: String
  public let comparison: SessionNumber
  public let figures: [Figure]
  /// Zero where it is unknown.
  public let peakMemoryBytes: Int
  /// Of the envelope's first throughput cell, in tokens/s; nil where it was not measured.
  public let speed: Double?
  /// Over all items of the envelope's tasks, a share; nil where none was asked.
  public let accuracy: Double?
  /// Whether no other model of the host is at least as fast and as accurate, and better in one of the two.
  public internal(set) var isOnFrontier = false

  init(_ comparison: Report.Comparison, side: String) {
    let subject = comparison.verdict["subject"]
    model = comparison.model(side)
    host = subject?["host"]?["fingerprint"]?.string ?? "unknown"
    chip = subject?["host"]?["chip"]?.string ?? "unknown"
    self.comparison = comparison.number
    peakMemoryBytes = subject?[side]?["peak_memory_bytes"]?.integer ?? 0
    figures = comparison.figures(of: side)
    speed = figures.first { $0.metric == "cumulative_tokens_per_second" }?.value
    let asked = figures.filter { $0.metric == "accuracy" && $0.count > 0 }
    let items = asked.reduce(0) { $0 + Double($1.count) }
    accuracy = items > 0 ? asked.reduce(0) { $0 + $1.value * Double($1.count) } / items : nil
  }

  /// Whether it is nowhere worse than the other and somewhere better.
  func dominates(_ other: Lane) -> Bool {
    guard host == other.host, let speed, let accuracy, let otherSpeed = other.speed, let otherAccuracy = other.accuracy
    else { return false }
    return speed >= otherSpeed && accuracy >= otherAccuracy && (speed > otherSpeed || accuracy > otherAccuracy)
  }

  /// For programs: absent values are null.
  public var json: JSONValue {
    [
      "model": .string(model), "host": .string(host), "chip": .string(chip),
      "comparison": .integer(Int(comparison.rawValue)), "peak_memory_bytes": .integer(peakMemoryBytes),
      "speed_tokens_per_second": .init(speed), "accuracy": .init(accuracy), "is_on_frontier": .bool(isOnFrontier),
      "figures": .array(
        figures.map {
          [
            "cell": .string($0.cell), "metric": .string($0.metric), "unit": .string($0.unit), "value": .init($0.value),
          ]
        }),
    ]
  }
}

extension Report.Comparison {
  /// What a side showed, cell by cell.
  func figures(of side: String) -> [Lane.Figure] {
    (verdict["facts"]?.array ?? []).filter { $0["side"]?.string == side }.flatMap { fact in
      (fact["means"]?.array ?? []).compactMap { mean in
        guard let value = mean["value"]?.number, let metric = mean["metric"]?.string else { return nil }
        return Lane.Figure(
          cell: fact["cell"]?.string ?? "unknown", metric: metric, unit: mean["unit"]?.string ?? "", value: value,
          count: mean["count"]?.integer ?? 0)
      }
    }
  }
}
