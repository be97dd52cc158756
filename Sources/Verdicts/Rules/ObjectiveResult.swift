import Measurements

/// What became of one objective of the promotion rule.
public struct ObjectiveResult: Sendable, Equatable {
  public enum State: String, Sendable, CaseIterable {
    /// The whole interval lies beyond the minimum effect.
    case won
    case notShown = "not_shown"
    case noData = "no_data"
  }

  public let metric: Metric
  public let cell: CellID
  /// Relative for ratios, absolute for shares.
  public let minimumEffect: Double
  /// Nil where nothing could be computed.
  public let effect: Effect?
  /// What is missing; while something is, the state is `noData`, whatever the effect.
  public let gaps: [Gap]

  public var state: State {
    guard let effect, gaps.isEmpty else { return .noData }
    return effect.wins(byMoreThan: minimumEffect) ? .won : .notShown
  }

  public var standing: Standing? { gaps.isEmpty ? effect?.standing : nil }
}
