extension RoleFacts {
  /// Who holds the role, since when and why, and how the last challenge ended.
  ///
  /// - Parameters:
  ///   - evidence: The comparison that speaks for the holder.
  ///   - lastChallenge: The newest in which another model challenged the holder.
  func card(evidence: Report.Comparison?, lastChallenge: Report.Comparison?) -> String {
    var lines = [why]
    if let comparison {
      let won = evidence?.rules.first { $0.kind == .objective && $0.state == "won" }
      let figure = won.map { ": <span class=\"won\">\("\($0.title) \($0.effect)".htmlText(atMost: 160))</span>" } ?? ""
      lines.append(link(comparison.rawValue, exists: evidence != nil) + figure)
    }
    if let last = lastChallenge {
      let challenger = last.model("candidate").htmlText(atMost: 80)
      let outcome = last.outcome.htmlText(atMost: 30)
      lines.append(
        "Last challenge: \(challenger), <span class=\"tag \(outcome)\">\(outcome)</span>"
          + " (\(link(last.number.rawValue, exists: true)))")
      if let rule = last.decisiveRule {
        let text = "\(rule.state): \(rule.title) \(rule.effect), \(rule.kind.allowance) \(rule.margin)"
        lines.append("<span class=\"faint\">\(text.htmlText(atMost: 200))</span>\(rule.intervalImage)")
      }
    }
    return """
      <section class="role"><h3>\(role.htmlText(atMost: 60))</h3><strong>\(holder.htmlText(atMost: 120))</strong>
      \(lines.map { "<p>\($0)</p>\n" }.joined())</section>

      """
  }

  private var why: String {
    let count = challenges == 1 ? "1 challenge" : "\(challenges) challenges"
    if let since {
      let before = (predecessor ?? "another model").htmlText(atMost: 80)
      return "Since \(since.day), in place of \(before); \(count) since."
    }
    switch source {
    case .registry: return "From before the database's log of edits; \(count)."
    case .edit, .comparison: return "As last measured; no registry was read and no edit is logged; \(count)."
    }
  }

  private func link(_ number: Int64, exists: Bool) -> String {
    exists ? "<a href=\"comparisons/\(number).html\">comparison \(number)</a>" : "comparison \(number)"
  }
}

extension Report.Comparison {
  /// The rule that the outcome can be told by: a broken guardrail, else a won objective, else the first that there is.
  fileprivate var decisiveRule: RuleFacts? {
    rules.first { $0.state == "broken" } ?? rules.first { $0.state == "won" } ?? rules.first
  }
}

extension RuleFacts.Kind {
  /// What a rule's margin is.
  fileprivate var allowance: String {
    switch self {
    case .objective: "needed more than"
    case .guardrail: "allowed"
    }
  }
}
