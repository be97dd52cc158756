import Envelopes
import Measurements

/// What earlier comparisons of the same weights contribute to a verdict's maturity.
public struct PriorComparisons: Sendable, Equatable {
  /// One of them.
  public struct Item: Sendable {
    /// The session's UUID.
    public let session: String
    /// Seconds since 1970.
    public let startedAt: Double
    public let environment: EnvironmentClass

    public init(session: String, startedAt: Double, environment: EnvironmentClass) {
      self.session = session
      self.startedAt = startedAt
      self.environment = environment
    }
  }

  /// How many count.
  public let count: Int
  /// In which classes they were measured.
  public let environments: Set<EnvironmentClass>
  /// The UUIDs of those that count, oldest first.
  public let sessions: [String]

  public init(count: Int, environments: Set<EnvironmentClass> = [], sessions: [String] = []) {
    self.count = count
    self.sessions = sessions
    self.environments = environments
  }

  /// Those that count for a comparison that began at `start`: each far enough from the one counted before it, and the
  /// last far enough from `start`.
  ///
  /// - Parameter items: Those that decided, in the order of their starts.
  public init(_ items: [Item], before start: Double, _ maturity: Maturity) {
    let gap = maturity.daysBetween * 86_400
    var counted: [Item] = []
    for item in items where item.startedAt < start && item.startedAt - (counted.last?.startedAt ?? -.infinity) >= gap {
      counted.append(item)
    }
    while let last = counted.last, start - last.startedAt < gap { counted.removeLast() }
    self.init(
      count: counted.count, environments: Set(counted.map(\.environment)), sessions: counted.map(\.session))
  }
}
