import JSON
import Store

extension Overview {
  /// The index: who holds which role, every comparison as a row with a link to its own page, and what is open.
  ///
  /// - Parameters:
  ///   - charts: Nil for a page without charts.
  ///   - liveRevision: What a server that answers with it calls its state; nil for a file.
  public func page(_ charts: ChartLibrary?, liveRevision: String? = nil) -> String {
    let lanes = envelopes.max { $0.comparisons < $1.comparisons }.map { ($0, $0.lanes.filter(\.isComparable)) }
    let drawsLanes = charts != nil && !(lanes?.1.isEmpty ?? true)
    var body = "<h1>Resident</h1>\n<p class=\"faint\">\(summary)</p>\n"
    body += rolesSection
    body += comparisonsSection
    if let lanes, drawsLanes {
      body += "<h2>Speed against accuracy</h2>\n"
      body +=
        ChartFigure(
          kind: "frontier",
          caption: "Models under \(lanes.0.id) by their last comparison: speed, right answers, and peak memory as size"
        ).html
      body +=
        lanes.1.count > Self.mostLanes
        ? "<p class=\"faint\">The figures stand on the envelope's own page.</p>\n"
        : "<details><summary>\(lanes.1.count) models as a table</summary>\n\(lanes.0.lanesTable(root: ""))</details>\n"
    }
    body += envelopesSection + openSection
    if charts == nil { body += "<p class=\"faint\">\(ChartLibrary.advice.htmlText)</p>\n" }
    return HTMLPage(
      title: "Resident: roles and comparisons",
      scripts: [.filters] + (drawsLanes ? charts.map(ReportAsset.charts) ?? [] : []),
      facts: drawsLanes ? lanes.map { ["lanes": .array($0.1.prefix(500).map(\.pointJSON))] } : nil,
      liveRevision: liveRevision, body: body
    ).text
  }

  /// In a table of the index, which must stay small.
  private static let mostLanes = 50

  private var summary: String {
    let counted = Dictionary(grouping: comparisons, by: \.outcome).map { ($0.key, $0.value.count) }.sorted { $0 < $1 }
      .map { "\($0.1) \($0.0.htmlText(atMost: 40))" }
    let count = comparisons.count == 1 ? "1 comparison" : "\(comparisons.count) comparisons"
    let outcomes = counted.isEmpty ? "" : ": " + counted.joined(separator: ", ")
    return "\(count)\(outcomes). Verdicts are shown as they were recorded."
  }

  private var rolesSection: String {
    guard !roles.isEmpty else { return "" }
    let byNumber = Dictionary(comparisons.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
    let cards = roles.map { role in
      let last = comparisons.first { $0.role == role.role && $0.model("resident") == role.holder }
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
      <th>recorded</th></tr></thead><tbody>
      \(comparisons.map(\.row).joined())</tbody></table></div>

      """
  }

  private var envelopesSection: String {
    guard !envelopes.isEmpty else { return "" }
    let rows = envelopes.enumerated().map { index, envelope in
      let count = envelope.comparisons == 1 ? "1 comparison" : "\(envelope.comparisons) comparisons"
      return "<li><a href=\"\(EnvelopeFacts.path(index))\">\(envelope.id.htmlText(atMost: 80))</a>"
        + " <span class=\"faint\">\(count), \(Set(envelope.lanes.map(\.model)).count) models: trends, lanes and the"
        + " frontier of speed against accuracy</span></li>\n"
    }
    return "<h2>Envelopes</h2>\n<ul>\n\(rows.joined())</ul>\n"
  }

  private var openSection: String {
    guard !unjudged.isEmpty else { return "" }
    let rows = unjudged.map { session in
      [
        "\(session.number.rawValue)", session.candidate.htmlText(atMost: 80),
        (session.resident ?? "").htmlText(atMost: 80), session.envelope.htmlText(atMost: 60), session.startedAt.day,
        session.lacks.htmlText,
      ]
    }
    return "<h2>Without a verdict</h2>\n"
      + HTMLTable(heads: ["#", "candidate", "resident", "envelope", "begun", "lacks"], rows: rows).html
  }
}

extension Report.Comparison {
  /// As a row of the index.
  fileprivate var row: String {
    let objective = rules.first { $0.kind == .objective }
    let outcomeClass = ["promote", "reject", "inconclusive"].contains(outcome) ? outcome : ""
    return """
      <tr><td><a href="\(path)">\(number.rawValue)</a></td>\
      <td class="tag \(outcomeClass)">\(outcome.htmlText(atMost: 30))</td>\
      <td>\(model("candidate").htmlText(atMost: 80))</td><td>\(model("resident").htmlText(atMost: 80))</td>\
      <td>\((role ?? "").htmlText(atMost: 40))</td>\
      <td>\((objective.map { "\($0.title) \($0.effect)" } ?? "").htmlText(atMost: 120))</td>\
      <td>\(objective?.intervalImage ?? "")</td>\
      <td>\(envelope.htmlText(atMost: 60))</td><td>\(maturity.htmlText(atMost: 60))</td>\
      <td>\(recordedDay)</td></tr>

      """
  }
}
