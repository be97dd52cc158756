import Envelopes
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
  /// Those that it joins, with their weights.
  public let cells: [PromotionRule.Objective.Share]
  /// Relative for ratios, absolute for shares.
  public let minimumEffect: Double
  /// Nil if nothing could be computed.
  public let effect: Effect?
  /// What is missing; while something is, the state is `noData`, whatever the effect.
  public let gaps: [Gap]

  /// Nil if it joins several.
  public var cell: CellID? { cells.count == 1 ? cells[0].cell : nil }

  public var state: State {
    guard let effect, gaps.isEmpty else { return .noData }
    return effect.wins(byMoreThan: minimumEffect) ? .won : .notShown
  }

  public var standing: Standing? { gaps.isEmpty ? effect?.standing : nil }
}

/// What became of one guardrail of the promotion rule.
public struct GuardrailResult: Sendable, Equatable {
  public enum State: String, Sendable, CaseIterable {
    /// Shown to be no worse than the margin allows.
    case passed
    /// Shown to be worse than the margin allows.
    case broken
    /// The interval holds the margin: too noisy or too few.
    case unresolved
    case noData = "no_data"
  }

  public let metric: Metric
  /// Nil for peak memory, which is of the run, and for all throughput cells together.
  public let cell: CellID?
  /// Relative for ratios, absolute for shares.
  public let margin: Double
  /// The most bytes that the candidate may hold; nil for no bound.
  public let budgetBytes: Int64?
  /// Nil if nothing could be computed.
  public let effect: Effect?
  /// What is missing; while something is, the state is `noData`, whatever the effect.
  public let gaps: [Gap]

  public var state: State {
    guard let effect, gaps.isEmpty else { return .noData }
    if case .peakMemory(let memory) = effect, let budgetBytes, memory.candidateBytes > budgetBytes { return .broken }
    return effect.state(withinMargin: margin)
  }
}
