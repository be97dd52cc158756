import JSON
import Store

/// The models that were measured under the envelopes of one name: over time, and as they stand.
public struct EnvelopeFacts: Sendable, Equatable {
  public let id: String
  /// Of its comparisons with a verdict.
  public let comparisons: Int
  /// By model, then in the order of cells and metrics.
  public let trends: [Trend]
  /// By model, then host.
  public let lanes: [Lane]

  /// For programs.
  public var json: JSONValue {
    [
      "id": .string(id), "comparisons": .integer(comparisons), "trends": .array(trends.map(\.json)),
      "lanes": .array(lanes.map(\.json)),
    ]
  }

  /// - Parameter starts: When each comparison began, in seconds since 1970; one that is missing counts from its verdict.
  static func all(_ comparisons: [Report.Comparison], starts: [SessionNumber: Double]) -> [EnvelopeFacts] {
    Dictionary(grouping: comparisons, by: \.envelope).sorted { $0.key < $1.key }.map { id, own in
      let ordered = own.map { (startedAt: starts[$0.number] ?? $0.recordedAt, comparison: $0) }
        .sorted { ($0.startedAt, $0.comparison.number.rawValue) < ($1.startedAt, $1.comparison.number.rawValue) }
      return EnvelopeFacts(id, ordered)
    }
  }

  private init(_ id: String, _ ordered: [(startedAt: Double, comparison: Report.Comparison)]) {
    self.id = id
    comparisons = ordered.count
    var trends = TrendCollection()
    var lanes: [LaneKey: Lane] = [:]
    for (startedAt, comparison) in ordered {
      for side in ["resident", "candidate"] {
        trends.add(comparison, side, startedAt: startedAt)
        let lane = Lane(comparison, side: side)
        lanes[LaneKey(model: lane.model, host: lane.host)] = lane
      }
    }
    self.trends = trends.all
    let ordered = lanes.values.sorted { ($0.model, $0.host) < ($1.model, $1.host) }
    self.lanes = ordered.map { lane in
      var lane = lane
      lane.isOnFrontier =
        lane.speed != nil && lane.accuracy != nil && !ordered.contains { $0.dominates(lane) }
      return lane
    }
  }
}

private struct LaneKey: Hashable {
  let model: String
  let host: String
}

/// Trends as they grow, comparison by comparison.
private struct TrendCollection {
  private struct Key: Hashable {
    let model: String
    let cell: String
    let metric: String
  }

  private var trends: [Key: Trend] = [:]
  private var order: [Key] = []
  private var conditions: [Key: MeasuringConditions] = [:]

  /// Stable: the cells and metrics of a model stay in the verdicts' order.
  var all: [Trend] {
    order.enumerated().sorted { ($0.element.model, $0.offset) < ($1.element.model, $1.offset) }
      .compactMap { trends[$0.element] }
  }

  mutating func add(_ comparison: Report.Comparison, _ side: String, startedAt: Double) {
    let now = MeasuringConditions(comparison.verdict["subject"], side: side)
    for figure in comparison.figures(of: side) {
      let key = Key(model: comparison.model(side), cell: figure.cell, metric: figure.metric)
      if trends[key] == nil {
        order.append(key)
        trends[key] = Trend(model: key.model, cell: key.cell, metric: key.metric, unit: figure.unit, points: [])
      }
      trends[key]?.points.append(
        Trend.Point(
          comparison: comparison.number, startedAt: startedAt, value: figure.value, count: figure.count,
          changes: conditions[key].map { now.changes(since: $0) } ?? []))
      conditions[key] = now
    }
  }
}
