import JSON
import Store

/// One figure of one model over the comparisons that measured it.
public struct Trend: Sendable, Equatable {
  public struct Point: Sendable, Equatable {
    public let comparison: SessionNumber
    /// Seconds since 1970 when the comparison began.
    public let startedAt: Double
    /// In the trend's unit: the mean over scored blocks, or a share.
    public let value: Double
    /// Blocks or items it rests on.
    public let count: Int
    /// What is not as at the point before: `weights`, `engine`, `envelope`, `environment` or `host`.
    public let changes: [String]
  }

  public let model: String
  public let cell: String
  public let metric: String
  public let unit: String
  /// In the order of measurement.
  public internal(set) var points: [Point]

  /// For programs.
  public var json: JSONValue {
    [
      "model": .string(model), "cell": .string(cell), "metric": .string(metric), "unit": .string(unit),
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

/// Under what a side was measured; a figure may differ for any of these.
struct MeasuringConditions: Equatable {
  private let members: [(name: String, value: JSONValue?)]

  init(_ subject: JSONValue?, side: String) {
    let contender = subject?[side]
    members = [
      ("weights", contender?["weights_sha256"]), ("engine", contender?["engine"]),
      ("envelope", subject?["envelope"]?["sha256"]), ("environment", subject?["environment_class"]),
      ("host", subject?["host"]?["fingerprint"]),
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
