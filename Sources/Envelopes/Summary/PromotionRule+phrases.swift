import Measurements

extension PromotionRule {
  /// The rule in words, one condition a line.
  var phrases: [String] {
    var lines = ["the candidate is promoted where at least one of these is shown:"]
    lines += objectives.map { "  \($0.phrase)" }
    if !guardrails.isEmpty {
      lines.append("and each of these is shown:")
      lines += guardrails.map { "  \($0.phrase)" }
    }
    if let proof { lines.append("the weights of both must be known by \(proof.rawValue) or better") }
    return lines + maturity.phrases
  }
}

extension PromotionRule.Objective {
  fileprivate var phrase: String {
    "\(Phrase.subject(metric, cell)) is \(metric.direction.rawValue) by more than "
      + Phrase.amount(minimumEffect, of: metric)
  }
}

extension PromotionRule.Guardrail {
  fileprivate var phrase: String {
    let subject = Phrase.subject(metric, cell)
    let amount = Phrase.amount(margin, of: metric)
    if let budgetBytes {
      return "\(subject) is higher by at most \(amount), and at most \(budgetBytes) bytes"
    }
    return switch (metric.comparison, metric.direction) {
    case (.share, _): "\(subject) are at most \(amount)"
    case (_, .higher): "\(subject) is lower by at most \(amount)"
    case (_, .lower): "\(subject) is higher by at most \(amount)"
    }
  }
}

extension Maturity {
  fileprivate var phrases: [String] {
    let spacing = comparisons > 1 ? ", \(Phrase.number(daysBetween)) days or more apart" : ""
    let classes =
      environmentClasses.isEmpty ? "" : ", among them one \(environmentClasses.joined(separator: " and one "))"
    return [
      "a verdict is final after \(Phrase.count(comparisons, "agreeing comparison"))\(spacing)\(classes)",
      "a provisional verdict \(allowsProvisional ? "may" : "must not") change the registry",
    ]
  }
}
