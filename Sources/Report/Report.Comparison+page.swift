extension Report.Comparison {
  /// Where the page stands, relative to the index.
  public var path: String { "comparisons/\(number.rawValue).html" }

  /// The comparison by itself: the reason, and each objective and guardrail with its effect, interval and margin.
  public var page: String {
    let rows = rules.map { rule in
      let cells = [
        rule.kind.rawValue, rule.metric, rule.cell, rule.standing ?? "", rule.effect, rule.margin, rule.state,
      ]
      return "<tr>" + cells.map { "<td>\($0.htmlText)</td>" }.joined() + "</tr>\n"
    }
    return HTMLPage(
      title: "Resident: comparison \(number.rawValue)",
      body: """
        <p><a href="../index.html">All comparisons</a></p>
        <h1>Comparison \(number.rawValue): \(outcome.htmlText)</h1>
        <p>\(model("candidate").htmlText) against \(model("resident").htmlText), envelope \(envelope.htmlText), \
        \(maturity.htmlText); recorded \(recordedDay)</p>
        <p>\(reason.htmlText)</p>
        <div class="table"><table><thead><tr><th>rule</th><th>metric</th><th>cell</th><th>standing</th>\
        <th>effect [interval]</th><th>margin</th><th>state</th></tr></thead><tbody>
        \(rows.joined())</tbody></table></div>

        """
    ).text
  }
}
