import Foundation
import JSON
import Measurements
import Verdicts

extension Report.Comparison {
  /// The page's path relative to the index.
  public var path: String { "comparisons/\(number.rawValue).html" }
}

extension ComparisonDetail {
  /// One comparison as a terminal shows it, then what stands behind it: values, blocks, memory, load, loops and answers.
  ///
  /// - Parameters:
  ///   - charts: Nil for a page without charts.
  ///   - source: Where the figures can be had again.
  ///   - liveRevision: The revision of the server that the page comes from; nil for a file.
  public func page(_ charts: ChartLibrary?, from source: ReportSource = .database, liveRevision: String? = nil)
    -> String
  {
    var facts = JSONObject([("traces", .array(traces.map(\.json)))])
    if let surroundings { facts["surroundings"] = surroundings.json }
    let hasCharts = charts != nil && (surroundings != nil || !traces.isEmpty)
    return HTMLPage(
      title: "Resident: comparison \(comparison.number.rawValue)", root: "../",
      scripts: hasCharts ? charts.map(ReportAsset.charts) ?? [] : [], facts: hasCharts ? .object(facts) : nil,
      liveRevision: liveRevision,
      body: answerSection + valuesSection + blocksSection(hasCharts) + surroundingsSection(hasCharts) + loopsSection
        + vectorsSection
        + (source.showsAnswers ? answersSection + routesSection : "") + voidsSection + againSection(source)
        + (problem.map { "<p>The samples cannot be judged: \($0.htmlText(atMost: 300))</p>\n" } ?? "")
        + (charts == nil ? "<p class=\"faint\">\(ChartLibrary.advice.htmlText)</p>\n" : "")
    ).text
  }

  /// The answer, why, the evidence, what would change it, and what was measured how.
  private var answerSection: String {
    let recorded = comparison.verdict
    let face = confirmed?.face
    let answer = face?.answer ?? recorded.answer
    let reasons = face?.reasons ?? [recorded.reason]
    let parts =
      face?.parts
      ?? [RuleFacts.Kind.objective, .guardrail].map { kind in
        VerdictFace.Part(
          areObjectives: kind == .objective, needsOne: false, comparison.rules.filter { $0.kind == kind }.map(\.row))
      }.filter { !$0.rows.isEmpty }
    let remedies =
      face.map { $0.remedies } ?? VerdictFace.Remedies(title: "MISSING BEFORE IT IS FINAL", sentences: comparison.lacks)
    return """
      <nav><a href="../index.html">Roles and comparisons</a></nav>
      <h1>\(answer.htmlText)</h1>
      <ul class="reasons">
      \(reasons.map { "<li>\($0.htmlText)</li>\n" }.joined())</ul>
      \(staleNote)\(EvidenceTableHTML(parts: parts).html)\
      <p class="faint legend">● estimate · ├─┤ interval\(face.map { " (\($0.sureness.htmlText); of rates valid at every look)" } ?? "") · \
      dashed: limit · nothing is drawn where there is no bound yet</p>
      \(Self.list(remedies))\(finePrint(face))
      """
  }

  /// Says so if the samples give another verdict today.
  private var staleNote: String {
    guard let verdict, confirmed == nil else { return "" }
    let text =
      "Shown as it was recorded (\(comparison.outcome.rawValue), \(comparison.maturity)). Judged by all that is known today"
      + " it is: \(verdict.outcome.rawValue)."
    return "<p class=\"open\">\(text.htmlText)</p>\n"
  }

  private static func list(_ remedies: VerdictFace.Remedies?) -> String {
    guard let remedies, !remedies.sentences.isEmpty else { return "" }
    let items = remedies.sentences.map { "<li>\($0.htmlText(atMost: 400))</li>\n" }.joined()
    return "<h2 class=\"capitals\">\(remedies.title.htmlText)</h2>\n<ol>\n\(items)</ol>\n"
  }

  private func finePrint(_ face: VerdictFace?) -> String {
    let subject = comparison.verdict.subject
    let lines =
      face?.finePrint ?? ["\(comparison.envelope), \(comparison.maturity), measured \(subject.environment.rawValue)"]
    let role = comparison.role.map { ", role \($0)" } ?? ""
    let about =
      "comparison \(comparison.number)\(role), recorded \(comparison.recordedDay), origin: \(comparison.mark.publicText)"
    return "<p class=\"faint print\">" + (lines + [about]).map { $0.htmlText(atMost: 400) }.joined(separator: "<br>")
      + "</p>\n"
  }

  /// What each side measured, cell by cell, in its unit.
  private var valuesSection: String {
    guard let verdict else { return "" }
    let rows = verdict.factsGroups.flatMap { group in
      ["<tr class=\"part\"><th colspan=\"4\">\(group.title.htmlText(atMost: 200))</th></tr>\n"]
        + group.rows.map { row in
          "<tr><td>\(row.metric.htmlText)</td><td class=\"figure\">\(row.resident.htmlText(atMost: 60))</td>"
            + "<td class=\"figure\">\(row.candidate.htmlText(atMost: 60))</td><td>\(row.count.htmlText)</td></tr>\n"
        }
    }
    guard !rows.isEmpty else { return "" }
    return """
      <h2>What was measured</h2>
      <div class="table"><table class="values"><thead><tr><th></th><th class="figure">resident</th>\
      <th class="figure">candidate</th><th>from</th></tr></thead><tbody>
      \(rows.joined())</tbody></table></div>

      """
  }

  private func blocksSection(_ hasCharts: Bool) -> String {
    guard !traces.isEmpty else { return "" }
    return "<h2>Block by block</h2>\n" + traces.enumerated().map { section($1, index: $0, hasCharts) }.joined()
  }

  private func section(_ trace: EvidenceTrace, index: Int, _ hasCharts: Bool) -> String {
    let title = trace.title
    let figures = [
      ChartFigure(
        kind: "pairs", index: index, caption: "\(title): both models in each block, joined by a line"),
      ChartFigure(
        kind: "evidence", index: index,
        caption: "\(title): the effect of all blocks so far, and its interval once it is bounded"),
    ]
    return """
      <h3>\(title.htmlText) <small>\(trace.isObjective ? "must be shown" : "must hold")</small></h3>
      \(hasCharts ? "<div class=\"charts\">\n\(figures.map(\.html).joined())</div>\n" : "")\
      <details\(hasCharts ? "" : " open")><summary>\(trace.points.count) blocks as a table</summary>
      \(trace.table)</details>

      """
  }
}

extension EvidenceTrace {
  /// A row per block with what it adds.
  fileprivate var table: String {
    let unit = metric.unit
    let rows = points.map { point in
      [
        "\(point.block)", Self.text(point.pair?.resident), Self.text(point.pair?.candidate),
        Self.percent(point.betterRatio), (point.voidReason ?? "").htmlText(atMost: 200),
        Self.percent(point.effect?.ratio), point.effect.map { Self.interval($0) } ?? "",
      ]
    }
    return HTMLTable(
      heads: [
        "block", "resident, \(unit)", "candidate, \(unit)", "better by", "void", "better by, so far", "interval so far",
      ], rows: rows
    ).html
  }

  private static func text(_ value: Double?) -> String { value.map { String(format: "%.4g", $0) } ?? "" }

  private static func percent(_ ratio: Double?) -> String {
    ratio.map { $0.isFinite ? String(format: "%+.1f %%", ($0 - 1) * 100) : "" } ?? ""
  }

  private static func interval(_ effect: Effect) -> String {
    let interval = effect.interval
    guard interval.lower > 0, interval.upper.isFinite else { return "no bound yet" }
    return "\(percent(interval.lower)) to \(percent(interval.upper))"
  }
}
