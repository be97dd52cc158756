import Envelopes

/// How likely a win by luck may be, over all candidates that ever challenge one resident.
///
/// Who tries many candidates finds one that wins by luck, so each has to show more than the one before: of α, which is 1
/// minus the envelope's confidence, challenge k of a resident may spend 2α / (k (k + 1)), that is α, α/3, α/6, α/10 and
/// so on. These sum up to 2α, so by the union bound no number of candidates has a greater chance than that to unseat a
/// resident without being better, whatever depends on what. A new resident begins anew.
public enum AlphaBudget {
  /// What all challenges of one resident may spend together.
  public static func total(_ rule: PromotionRule) -> Double { 2 * (1 - rule.confidence) }

  /// What a challenge may spend; below 1 counts as 1.
  public static func share(of challenge: Int, in rule: PromotionRule) -> Double {
    let number = Double(max(challenge, 1))
    return (1 - rule.confidence) * 2 / (number * (number + 1))
  }

  /// What each objective of a challenge may spend, since any one of them is enough to win.
  public static func level(of challenge: Int, in rule: PromotionRule) -> Double {
    share(of: challenge, in: rule) / Double(max(rule.objectives.count, 1))
  }
}
