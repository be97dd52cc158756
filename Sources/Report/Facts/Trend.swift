import JSON
import Measurements
import Store
import Verdicts

/// One figure of one model over the comparisons that measured it.
public struct Trend: Sendable, Equatable {
  public struct Point: Sendable, Equatable {
    public let comparison: SessionNumber
    /// Seconds since 1970 when the comparison began.
    public let startedAt: Double
    /// In the trend's unit: the mean over scored blocks, or a share.
    public let value: Double
    /// Blocks or items that it rests on.
    public let count: Int
    /// What differs from the point before: `weights`, `engine`, `envelope` or `environment`.
    public let changes: [String]
  }

  public let model: ModelID
  /// The host's fingerprint: figures of different hosts do not compare, so each has its own trend.
  public let host: String
  public let chip: String
  public let cell: CellID
  public let metric: Metric
  /// `measured` or `imported`, as all of its comparisons were.
  public let origin: String
  /// In the order of measurement.
  public internal(set) var points: [Point]

  /// For programs.
  public var json: JSONValue {
    [
      "model": .string(model.rawValue), "host": .string(host), "chip": .string(chip), "cell": .string(cell.rawValue),
      "metric": .string(metric.rawValue), "unit": .string(metric.unit), "origin": .string(origin),
      "points": .array(
        points.map {
          [
            "comparison": .integer(Int($0.comparison.rawValue)), "started_at_s": .init($0.startedAt),
            "value": .init($0.value), "count": .integer($0.count), "changes": .init($0.changes),
          ]
        }),
    ]
  }
}

/// Collects trends comparison by comparison.
struct TrendCollection {
  private struct Key: Hashable {
    let model: ModelID
    let host: String
    let cell: CellID
    let metric: Metric
    let origin: String
  }

  private var trends: [Key: Trend] = [:]
  private var order: [Key] = []
  private var conditions: [Key: MeasuringConditions] = [:]

  /// By model; the cells and metrics of a model stay in the order of the verdicts.
  var all: [Trend] {
    order.enumerated().sorted { ($0.element.model, $0.offset) < ($1.element.model, $1.offset) }
      .compactMap { trends[$0.element] }
  }

  /// Adds the figures of a side.
  mutating func add(_ comparison: Report.Comparison, _ side: Side, startedAt: Double) {
    let host = comparison.verdict.subject.host
    let now = MeasuringConditions(comparison.verdict, side: side)
    for figure in comparison.figures(of: side) {
      let key = Key(
        model: comparison.model(side), host: host.fingerprint, cell: figure.cell, metric: figure.metric,
        origin: comparison.mark.origin.kind)
      if trends[key] == nil {
        order.append(key)
        trends[key] = Trend(
          model: key.model, host: key.host, chip: host.chip, cell: key.cell, metric: key.metric, origin: key.origin,
          points: [])
      }
      trends[key]?.points.append(
        Trend.Point(
          comparison: comparison.number, startedAt: startedAt, value: figure.value, count: figure.count,
          changes: conditions[key].map { now.changes(since: $0) } ?? []))
      conditions[key] = now
    }
  }
}

/// The conditions that a side was measured under; a figure may differ because of any of them.
private struct MeasuringConditions: Equatable {
  private let members: [(name: String, value: AnyHashable?)]

  init(_ verdict: RecordedVerdict, side: Side) {
    let contender = verdict.contender(side)
    members = [
      ("weights", contender.weights), ("engine", contender.engine), ("envelope", verdict.subject.envelopeHash),
      ("environment", verdict.subject.environment),
    ]
  }

  /// The names of what differs.
  func changes(since earlier: MeasuringConditions) -> [String] {
    zip(members, earlier.members).filter { $0.value != $1.value }.map(\.0.name)
  }

  static func == (left: MeasuringConditions, right: MeasuringConditions) -> Bool {
    left.changes(since: right).isEmpty
  }
}
