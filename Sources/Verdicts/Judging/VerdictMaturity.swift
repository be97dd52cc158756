import Envelopes
import Measurements

/// How far a verdict has matured: on how many comparisons of the same weights it rests.
public struct VerdictMaturity: Sendable, Equatable {
  public enum Stage: String, Sendable, CaseIterable {
    case provisional
    case final
  }

  public let stage: Stage
  /// Validated comparisons: the earlier ones that count, and this one unless it is inconclusive. By rounds only those with
  /// the outcome of this one count: three holds and a win are no win.
  public let validated: Int
  /// The UUIDs of the earlier ones that count, oldest first.
  public let countedSessions: [String]
  /// Validated comparisons that the envelope asks for.
  public let needed: Int
  /// Environment classes that the envelope asks for and none of them was measured in.
  public let missingEnvironments: [String]

  /// - Parameter decided: The decided comparisons of the same weights, in the order of their starts.
  package init(
    of session: MeasurementSession, outcome: Verdict.Outcome, decided: [DecidedComparison], _ rule: PromotionRule
  ) {
    let isDecided = outcome != .inconclusive
    let before = decided.filter { $0.startedAt < session.startedAt }
    let earlier = Self.counted(rule.agreeing(before, with: outcome), before: session.startedAt, rule.maturity)
    let rule = rule.maturity
    validated = earlier.count + (isDecided ? 1 : 0)
    countedSessions = earlier.map(\.session)
    needed = rule.comparisons
    let seen = Set(earlier.map(\.environment) + (isDecided ? [session.environment] : [])).map(\.rawValue)
    missingEnvironments = rule.environmentClasses.filter { !seen.contains($0) }
    stage = isDecided && validated >= needed && missingEnvironments.isEmpty ? .final : .provisional
  }

  /// Those that count for a comparison that began at `start`: each far enough from the one counted before it, and the
  /// last far enough from `start`.
  ///
  /// - Parameters:
  ///   - decided: In the order of their starts.
  ///   - start: Seconds since 1970.
  package static func counted(
    _ decided: [DecidedComparison], before start: Double, _ rule: Maturity
  ) -> [DecidedComparison] {
    let gap = rule.daysBetween * 86_400
    var counted: [DecidedComparison] = []
    for comparison in decided
    where comparison.startedAt < start && comparison.startedAt - (counted.last?.startedAt ?? -.infinity) >= gap {
      counted.append(comparison)
    }
    while let last = counted.last, start - last.startedAt < gap { counted.removeLast() }
    return counted
  }
}

extension PromotionRule {
  /// The comparisons that count for a verdict with that outcome: by rounds those that agree with it, and of wins and holds
  /// none from before a rejection; by blocks all.
  ///
  /// - Parameter decided: In the order of their starts.
  package func agreeing(_ decided: [DecidedComparison], with outcome: Verdict.Outcome?) -> [DecidedComparison] {
    guard schema == .rounds else { return decided }
    let rejection = decided.lastIndex { $0.outcome == Verdict.Outcome.reject.rawValue && outcome != .reject }
    return decided[(rejection.map { $0 + 1 } ?? 0)...].filter { $0.outcome == outcome?.rawValue }
  }
}
