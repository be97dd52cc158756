import Foundation
import JSON
import Verdicts

extension Report.Comparison {
  /// The page's path relative to the index.
  public var path: String { "comparisons/\(number.rawValue).html" }
}

extension ComparisonDetail {
  /// One comparison: the reason, each objective and guardrail with its effect, interval and margin, and the evidence of
  /// each block.
  ///
  /// - Parameters:
  ///   - charts: Nil for a page without charts.
  ///   - liveRevision: The revision of the server that the page comes from; nil for a file.
  public func page(_ charts: ChartLibrary?, liveRevision: String? = nil) -> String {
    let hasCharts = charts != nil && !traces.isEmpty
    return HTMLPage(
      title: "Resident: comparison \(comparison.number.rawValue)", root: "../",
      scripts: hasCharts ? charts.map(ReportAsset.charts) ?? [] : [],
      facts: hasCharts ? ["traces": .array(traces.map(\.json))] : nil,
      liveRevision: liveRevision,
      body: heading + rulesTable + traces.enumerated().map { section($1, index: $0, hasCharts) }.joined()
        + (problem.map { "<p>The samples cannot be judged: \($0.htmlText(atMost: 300))</p>\n" } ?? "")
        + (charts == nil ? "<p class=\"faint\">\(ChartLibrary.advice.htmlText)</p>\n" : "")
    ).text
  }

  private var heading: String {
    let outcome = comparison.outcome.rawValue
    let role = comparison.role.map { ", role \($0)" } ?? ""
    let about =
      "\(comparison.model(.candidate)) against \(comparison.model(.resident))\(role), envelope"
      + " \(comparison.envelope), measured \(comparison.verdict.subject.environment.rawValue)"
    let lacks = comparison.lacks.map { "<li>\($0.htmlText(atMost: 400))</li>\n" }.joined()
    return """
      <nav><a href="../index.html">Roles and comparisons</a></nav>
      <h1>Comparison \(comparison.number.rawValue): <span class="\(outcome)">\(outcome)</span></h1>
      <p class="answer">\(comparison.verdict.reason.htmlText)</p>
      <p class="faint">\(about.htmlText); \(comparison.maturity.htmlText), recorded \(comparison.recordedDay).</p>
      <p class="faint">Origin: \(comparison.mark.publicText.htmlText(atMost: 400)).</p>
      \(lacks.isEmpty ? "" : "<h2>Missing before the verdict matures</h2>\n<ul>\n\(lacks)</ul>\n")
      """
  }

  private var rulesTable: String {
    let rows = comparison.rules.map { rule in
      [
        rule.kind.rawValue, rule.title.htmlText, "<span class=\"\(rule.tone) tag\">\(rule.stateName.htmlText)</span>",
        rule.effect.htmlText, rule.intervalImage, rule.margin.htmlText, rule.rule.standing?.rawValue ?? "",
      ]
    }
    return "<h2>Objectives and guardrails</h2>\n"
      + HTMLTable(
        heads: ["rule", "of", "state", "effect [interval]", "", "margin", "standing"], rows: rows
      ).html
  }

  private func section(_ trace: EvidenceTrace, index: Int, _ hasCharts: Bool) -> String {
    let title = trace.title
    let rule = trace.isObjective ? "objective" : "guardrail"
    let figures = [
      ChartFigure(
        kind: "pairs", index: index, caption: "\(title), pair by pair: times better than the resident in each block"),
      ChartFigure(
        kind: "evidence", index: index,
        caption: "\(title): the effect of all blocks so far with its interval, which holds at every block"),
    ]
    return """
      <h3>\(title.htmlText) <small>\(rule)</small></h3>
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
        Self.text(point.betterRatio), (point.voidReason ?? "").htmlText(atMost: 200), Self.text(point.effect?.ratio),
        point.effect.map { "[\(Self.text($0.interval.lower)), \(Self.text($0.interval.upper))]" } ?? "",
      ]
    }
    return HTMLTable(
      heads: [
        "block", "resident, \(unit)", "candidate, \(unit)", "times better", "void", "effect so far", "interval so far",
      ], rows: rows
    ).html
  }

  private static func text(_ value: Double?) -> String {
    value.map { $0 == .infinity ? "∞" : String(format: "%.4g", $0) } ?? ""
  }
}
