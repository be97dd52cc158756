import JSON
import Measurements
import Store
import Verdicts

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
          caption:
            "Models under \(frontier.id) by their last comparison: speed against right answers, one host at a time"
        ).html
      body +=
        models.count > Self.mostModels
        ? "<p class=\"faint\">The figures are on the envelope's page.</p>\n"
        : "<details><summary>\(models.count) models as a table</summary>\n\(frontier.modelsTable(root: ""))</details>\n"
    }
    body += envelopesSection + fitSection + openSection
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
  /// Of the bar of each comparison, in pixels.
  fileprivate static let barLength = 152.0

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
    return "<h2>Which model to keep</h2>\n<div class=\"roles\">\n\(roles.map { $0.card(byNumber) }.joined())</div>\n"
  }

  private var comparisonsSection: String {
    guard !comparisons.isEmpty else { return "<h2>Comparisons</h2>\n<p>No verdict was recorded yet.</p>\n" }
    let axis = EffectBar.Axis(
      comparisons.compactMap { $0.rules.first { $0.kind == .objective }?.row.bar }, within: -0.6...0.6)
    let selects = ["role", "outcome", "envelope"].map {
      "<select name=\"\($0)\" aria-label=\"\($0)\"><option value=\"\">every \($0)</option></select>"
    }
    return """
      <h2>Comparisons</h2>
      <form class="filters" hidden><input type="search" name="text" placeholder="search" aria-label="search">\
      \(selects.joined())<span class="faint">shown: <output></output></span></form>
      <div class="table"><table id="comparisons"><thead><tr><th>#</th><th data-of="outcome">outcome</th><th>candidate</th>\
      <th>resident</th><th data-of="role">role</th><th>first objective</th><th>\(axis.svg(length: Self.barLength))</th><th data-of="envelope">envelope</th><th>maturity</th>\
      <th>recorded</th><th>origin</th></tr></thead><tbody>
      \(comparisons.map { $0.row(axis) }.joined())</tbody></table></div>

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

  private var fitSection: String {
    guard !predictions.isEmpty else { return "" }
    let count = Set(predictions.map(\.reading.model)).count
    return
      "<h2>Memory and speed</h2>\n<p><a href=\"\(Self.fitPath)\">What fits, and how fast</a> <span class=\"faint\">"
      + "\(count == 1 ? "1 model" : "\(count) models"), as predicted and as measured</span></p>\n"
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
  /// Which model to keep and why, since when, on what evidence, and what comes next.
  fileprivate func card(_ comparisons: [SessionNumber: Report.Comparison]) -> String {
    let nearest = standing.nearest.map { text in
      "<p>\(text.htmlText(atMost: 300))\(standing.nearestComparison.map { " " + link($0, comparisons) } ?? "")</p>\n"
    }
    let evidence = comparison.map { number in
      " " + link(number, comparisons) + (comparisons[number].map { ": \($0.inShort.htmlText(atMost: 200))" } ?? "")
    }
    return """
      <section class="role"><h3>\(role.rawValue.htmlText(atMost: 60))</h3>\
      <strong>\(standing.answer.htmlText(atMost: 200))</strong>
      <p>\(standing.challenges.htmlText)</p>
      \(nearest ?? "")<p class="faint">\(why)\(evidence ?? "")</p>
      <p class="next">\(standing.next.htmlText(atMost: 300))</p>
      </section>

      """
  }

  private var why: String {
    if let since {
      let before = (predecessor?.rawValue ?? "another model").htmlText(atMost: 80)
      return "Holds the role since \(since.day), in place of \(before)."
    }
    switch source {
    case .registry: return "Holds the role since before the database's log of edits."
    case .edit, .comparison: return "As last measured: no registry was read and no edit is logged."
    }
  }

  private func link(_ number: SessionNumber, _ comparisons: [SessionNumber: Report.Comparison]) -> String {
    let text = "comparison \(number.rawValue)"
    return comparisons[number].map { "<a href=\"\($0.path)\">\(text)</a>" } ?? text
  }
}

extension Report.Comparison {
  /// As a row of the index.
  ///
  /// - Parameter axis: What the bars of all rows share.
  fileprivate func row(_ axis: EffectBar.Axis) -> String {
    let objective = rules.first { $0.kind == .objective }?.row
    let outcomeClass = outcome == .hold ? "" : outcome.rawValue
    return """
      <tr><td><a href="\(path)">\(number.rawValue)</a></td>\
      <td class="tag \(outcomeClass)">\(outcome.rawValue)</td>\
      <td>\(model(.candidate).rawValue.htmlText(atMost: 80))</td><td>\(model(.resident).rawValue.htmlText(atMost: 80))</td>\
      <td>\((role?.rawValue ?? "").htmlText(atMost: 40))</td>\
      <td>\((objective.map { "\($0.title) \($0.effect)" } ?? "").htmlText(atMost: 120))</td>\
      <td>\(objective.flatMap { row in row.bar?.svg(on: axis, tone: row.state.tone, length: Overview.barLength) } ?? "")</td>\
      <td>\(envelope.htmlText(atMost: 60))</td><td>\(maturity.htmlText(atMost: 60))</td>\
      <td>\(recordedDay)</td><td>\(mark.publicText.htmlText(atMost: 120))</td></tr>

      """
  }
}
