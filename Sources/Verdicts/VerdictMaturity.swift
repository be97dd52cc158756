import Envelopes
import Measurements

/// How far a verdict has matured: on how many comparisons of the same weights it rests.
public struct VerdictMaturity: Sendable, Equatable {
  public enum Stage: String, Sendable, CaseIterable {
    case provisional
    case final
  }

  public let stage: Stage
  /// Validated comparisons: the earlier ones that count, and this one unless it is inconclusive.
  public let validated: Int
  /// The UUIDs of the earlier ones that count, oldest first.
  public let countedSessions: [String]
  /// Validated comparisons that the envelope asks for.
  public let needed: Int
  /// Environment classes that the envelope asks for and none of them was measured in.
  public let missingEnvironments: [String]

  init(earlier: PriorComparisons, _ rule: Maturity, environment: EnvironmentClass, outcome: Verdict.Outcome) {
    let isDecided = outcome != .inconclusive
    validated = min(max(earlier.count, 0), Int.max - 1) + (isDecided ? 1 : 0)
    countedSessions = earlier.sessions
    needed = rule.comparisons
    let seen = Set(earlier.environments.map(\.rawValue) + (isDecided ? [environment.rawValue] : []))
    missingEnvironments = rule.environmentClasses.filter { !seen.contains($0) }
    stage = isDecided && validated >= needed && missingEnvironments.isEmpty ? .final : .provisional
  }
}
