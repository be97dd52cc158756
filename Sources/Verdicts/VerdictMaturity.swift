/// How far a verdict has matured: on how many comparisons of the same weights it rests.
public struct VerdictMaturity: Sendable, Equatable {
  public enum Stage: String, Sendable, CaseIterable {
    case provisional
    case final
  }

  public let stage: Stage
  /// Validated comparisons: the earlier ones that count, and this one unless it is inconclusive.
  public let validated: Int
  /// Validated comparisons that the envelope asks for.
  public let needed: Int

  /// - Parameter earlier: Validated comparisons before this one; below zero counts as zero.
  init(earlier: Int, needed: Int, outcome: Verdict.Outcome) {
    let isDecided = outcome != .inconclusive
    validated = min(max(earlier, 0), Int.max - 1) + (isDecided ? 1 : 0)
    self.needed = needed
    stage = isDecided && validated >= needed ? .final : .provisional
  }
}
