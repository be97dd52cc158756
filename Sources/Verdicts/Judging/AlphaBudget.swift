import Envelopes
import Foundation
import Statistics

/// How likely a win by luck may be, over all candidates that ever challenge one resident.
///
/// Who tries many candidates finds one that wins by luck, so each has to show more than the one before. Challenge k of a
/// resident may spend 1 / (k (k + 1)) of the total, that is 1/2, 1/6, 1/12, 1/20 and so on. These sum up to 1, so by the
/// union bound no number of candidates has a greater chance than the total to unseat a resident without being better,
/// whatever depends on what. A new resident begins anew.
///
/// By rounds the total is α, which is 1 minus the envelope's confidence, for the primary objective; and as much again for
/// each guardrail, so that many candidates get no further through one that way. By blocks it is 2α, shared by the
/// objectives, and a guardrail has α in every challenge.
public enum AlphaBudget {
  /// What all challenges of one resident may spend together.
  public static func total(_ rule: PromotionRule) -> Double {
    (1 - rule.confidence) * (rule.schema == .rounds ? 1 : 2)
  }

  /// What a challenge may spend; below 1 counts as 1.
  public static func share(of challenge: Int, in rule: PromotionRule) -> Double {
    let number = Double(max(challenge, 1))
    return total(rule) / (number * (number + 1))
  }

  /// What each objective of a challenge may spend, since any one of them is enough to win.
  public static func level(of challenge: Int, in rule: PromotionRule) -> Double {
    share(of: challenge, in: rule) / Double(max(rule.objectives.count, 1))
  }
}

extension PromotionRule {
  /// How sure a win by the objective has to be.
  public func level(of objective: Objective, challenge: Int) -> DecisionLevel {
    let alpha = AlphaBudget.level(of: challenge, in: self)
    guard schema == .rounds, let expected = objective.expectedEffect else { return DecisionLevel(alpha: alpha) }
    // Power alone depends on it: the deviation is that of a round on a quiet machine.
    let sought = (log1p(expected) - log1p(objective.minimumEffect)) / Self.usualDeviation
    return DecisionLevel(alpha: alpha, sides: .one, effectScale: min(max(sought, 0.5), 2))
  }

  /// How sure it has to be that a guardrail holds, or is broken.
  public func guardrailLevel(challenge: Int) -> DecisionLevel {
    schema == .rounds
      ? DecisionLevel(alpha: AlphaBudget.share(of: challenge, in: self), sides: .one)
      : DecisionLevel(alpha: 1 - confidence)
  }

  /// Of a round's log-ratio over all cells.
  private static let usualDeviation = 0.02
}
