import JSON
import Store

extension Overview {
  /// The index: the holder of each role, a row per comparison with a link to its page, and sessions without a verdict.
  ///
  /// - Parameters:
  ///   - charts: Nil for a page without charts.
  ///   - liveRevision: The revision of the server that the page comes from; nil for a file.
  public func page(_ charts: ChartLibrary?, liveRevision: String? = nil) -> String {
    let frontier = envelopes.max { $0.comparisons < $1.comparisons }
    let models = frontier?.models.filter(\.isComparable) ?? []
    let drawsFrontier = charts != nil && !models.isEmpty
    var body = "<h1>Resident</h1>\n<p class=\"faint\">\(summary)</p>\n"
    body += rolesSection
    body += comparisonsSection
    if let frontier, drawsFrontier {
      body += "<h2>Speed against accuracy</h2>\n"
      body +=
        ChartFigure(
          kind: "frontier",
          caption: "Models under \(frontier.id) by their last comparison: speed, right answers, and peak memory as size"
        ).html
      body +=
        models.count > Self.mostModels
        ? "<p class=\"faint\">The figures are on the envelope's page.</p>\n"
        : "<details><summary>\(models.count) models as a table</summary>\n\(frontier.modelsTable(root: ""))</details>\n"
    }
    body += envelopesSection + openSection
    if charts == nil { body += "<p class=\"faint\">\(ChartLibrary.advice.htmlText)</p>\n" }
    return HTMLPage(
      title: "Resident: roles and comparisons",
      scripts: [.filters] + (drawsFrontier ? charts.map(ReportAsset.charts) ?? [] : []),
      facts: drawsFrontier ? ["lanes": .array(models.prefix(500).map(\.pointJSON))] : nil,
      liveRevision: liveRevision, body: body
    ).text
  }

  /// Rows of the table of models, since the index must stay small.
  private static let mostModels = 50

  private var summary: String {
    let counted = Dictionary(grouping: comparisons, by: \.outcome.rawValue).map { ($0.key, $0.value.count) }.sorted {
      $0 < $1
    }
    .map { "\($0.1) \($0.0.htmlText(atMost: 40))" }
    let count = comparisons.count == 1 ? "1 comparison" : "\(comparisons.count) comparisons"
    let outcomes = counted.isEmpty ? "" : ": " + counted.joined(separator: ", ")
    return "\(count)\(outcomes). Verdicts are shown as they were recorded."
  }

  private var rolesSection: String {
    guard !roles.isEmpty else { return "" }
    let byNumber = Dictionary(comparisons.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
    let cards = roles.map { role in
      let last = comparisons.first {
        $0.decides(admission) && $0.role == role.role && $0.model(.resident) == role.holder
      }
      return role.card(evidence: role.comparison.flatMap { byNumber[$0] }, lastChallenge: last)
    }
    return "<h2>Roles</h2>\n<div class=\"roles\">\n\(cards.joined())</div>\n"
  }

  private var comparisonsSection: String {
    guard !comparisons.isEmpty else { return "<h2>Comparisons</h2>\n<p>No verdict was recorded yet.</p>\n" }
    let selects = ["role", "outcome", "envelope"].map {
      "<select name=\"\($0)\" aria-label=\"\($0)\"><option value=\"\">every \($0)</option></select>"
    }
    return """
      <h2>Comparisons</h2>
      <form class="filters" hidden><input type="search" name="text" placeholder="search" aria-label="search">\
      \(selects.joined())<span class="faint">shown: <output></output></span></form>
      <div class="table"><table id="comparisons"><thead><tr><th>#</th><th data-of="outcome">outcome</th><th>candidate</th>\
      <th>resident</th><th data-of="role">role</th><th>first objective</th><th></th><th data-of="envelope">envelope</th><th>maturity</th>\
      <th>recorded</th><th>origin</th></tr></thead><tbody>
      \(comparisons.map(\.row).joined())</tbody></table></div>

      """
  }

  private var envelopesSection: String {
    guard !envelopes.isEmpty else { return "" }
    let rows = envelopes.enumerated().map { index, envelope in
      let count = envelope.comparisons == 1 ? "1 comparison" : "\(envelope.comparisons) comparisons"
      return "<li><a href=\"\(EnvelopeFacts.path(index))\">\(envelope.id.htmlText(atMost: 80))</a>"
        + " <span class=\"faint\">\(count), \(Set(envelope.models.map(\.model)).count) models: trends, figures side by"
        + " side and the frontier of speed against accuracy</span></li>\n"
    }
    return "<h2>Envelopes</h2>\n<ul>\n\(rows.joined())</ul>\n"
  }

  private var openSection: String {
    guard !unjudged.isEmpty else { return "" }
    let rows = unjudged.map { session in
      [
        "\(session.number.rawValue)", session.candidate.rawValue.htmlText(atMost: 80),
        (session.resident?.rawValue ?? "").htmlText(atMost: 80), session.envelope.htmlText(atMost: 60),
        session.startedAt.day,
        session.lacks.htmlText, session.mark.publicText.htmlText(atMost: 120),
      ]
    }
    return "<h2>Without a verdict</h2>\n"
      + HTMLTable(heads: ["#", "candidate", "resident", "envelope", "begun", "lacks", "origin"], rows: rows).html
  }
}

extension RoleFacts {
  /// The holder of the role, since when and why, and how the last challenge ended.
  ///
  /// - Parameters:
  ///   - evidence: The comparison that speaks for the holder.
  ///   - lastChallenge: The newest comparison in which another model challenged the holder.
  fileprivate func card(evidence: Report.Comparison?, lastChallenge: Report.Comparison?) -> String {
    var lines = [why]
    if let comparison {
      let won = evidence?.rules.first { $0.rule.state == .objective(.won) }
      let figure = won.map { ": <span class=\"won\">\("\($0.title) \($0.effect)".htmlText(atMost: 160))</span>" } ?? ""
      lines.append(link(comparison.rawValue, exists: evidence != nil) + figure)
    }
    if let last = lastChallenge {
      let challenger = last.model(.candidate).rawValue.htmlText(atMost: 80)
      let outcome = last.outcome.rawValue
      lines.append(
        "Last challenge: \(challenger), <span class=\"tag \(outcome)\">\(outcome)</span>"
          + " (\(link(last.number.rawValue, exists: true)))")
      if let rule = last.decisiveRule {
        let text = "\(rule.stateName): \(rule.title) \(rule.effect), \(rule.kind.allowance) \(rule.margin)"
        lines.append("<span class=\"faint\">\(text.htmlText(atMost: 200))</span>\(rule.intervalImage)")
      }
    }
    return """
      <section class="role"><h3>\(role.rawValue.htmlText(atMost: 60))</h3><strong>\(holder.rawValue.htmlText(atMost: 120))</strong>
      \(lines.map { "<p>\($0)</p>\n" }.joined())</section>

      """
  }

  private var why: String {
    let count = challenges == 1 ? "1 challenge" : "\(challenges) challenges"
    if let since {
      let before = (predecessor?.rawValue ?? "another model").htmlText(atMost: 80)
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
  /// As a row of the index.
  fileprivate var row: String {
    let objective = rules.first { $0.kind == .objective }
    let outcomeClass = outcome == .hold ? "" : outcome.rawValue
    return """
      <tr><td><a href="\(path)">\(number.rawValue)</a></td>\
      <td class="tag \(outcomeClass)">\(outcome.rawValue)</td>\
      <td>\(model(.candidate).rawValue.htmlText(atMost: 80))</td><td>\(model(.resident).rawValue.htmlText(atMost: 80))</td>\
      <td>\((role?.rawValue ?? "").htmlText(atMost: 40))</td>\
      <td>\((objective.map { "\($0.title) \($0.effect)" } ?? "").htmlText(atMost: 120))</td>\
      <td>\(objective?.intervalImage ?? "")</td>\
      <td>\(envelope.htmlText(atMost: 60))</td><td>\(maturity.htmlText(atMost: 60))</td>\
      <td>\(recordedDay)</td><td>\(mark.publicText.htmlText(atMost: 120))</td></tr>

      """
  }

  /// The rule that explains the outcome: a broken guardrail, else a won objective, else the first rule.
  fileprivate var decisiveRule: RuleFacts? {
    rules.first { $0.rule.state == .guardrail(.broken) } ?? rules.first { $0.rule.state == .objective(.won) }
      ?? rules.first
  }
}

extension RuleFacts.Kind {
  /// The words before a rule's margin.
  fileprivate var allowance: String {
    switch self {
    case .objective: "needed more than"
    case .guardrail: "allowed"
    }
  }
}
