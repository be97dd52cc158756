extension Report {
  /// The report as one HTML document that needs no network, script or other file.
  public var page: String {
    var text = """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <title>Resident: comparisons</title><style>\(Self.style)</style></head>
      <body><h1>Comparisons</h1>

      """
    if comparisons.isEmpty { text += "<p>No verdict was recorded yet.</p>\n" }
    for comparison in comparisons { text += comparison.html }
    return text + "</body></html>\n"
  }

  private static let style = """
    :root { color-scheme: light dark }
    body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
    details { border: 1px solid #8886; border-radius: 6px; margin: .5rem 0; padding: .6rem 1rem }
    summary { cursor: pointer; overflow-wrap: anywhere }
    p { overflow-wrap: anywhere }
    .table { overflow-x: auto }
    table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
    th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-top: 1px solid #8884 }
    """
}

extension Report.Comparison {
  fileprivate var html: String {
    let rows = rules.map { rule in
      let cells = [rule.kind, rule.metric, rule.cell, rule.standing ?? "", rule.effect, rule.margin, rule.state]
      return "<tr>" + cells.map { "<td>\($0.htmlText)</td>" }.joined() + "</tr>\n"
    }
    return """
      <details><summary><b>\(outcome.htmlText)</b> #\(number.rawValue): \(model("candidate").htmlText) against \
      \(model("resident").htmlText), \(envelope.htmlText) (\(maturity.htmlText))</summary>
      <p>\(reason.htmlText)</p>
      <div class="table"><table><thead><tr><th>rule</th><th>metric</th><th>cell</th><th>standing</th>\
      <th>effect [interval]</th><th>margin</th><th>state</th></tr></thead><tbody>
      \(rows.joined())</tbody></table></div></details>

      """
  }
}
