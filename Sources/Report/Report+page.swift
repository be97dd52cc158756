extension Report {
  /// The index: a row a comparison, each with a link to its own page. No page needs a network or a script.
  public var page: String {
    var body = "<h1>Comparisons</h1>\n"
    if comparisons.isEmpty {
      return HTMLPage(title: "Resident: comparisons", body: body + "<p>No verdict was recorded yet.</p>\n").text
    }
    body += """
      <div class="table"><table><thead><tr><th>comparison</th><th>outcome</th><th>candidate</th><th>resident</th>\
      <th>envelope</th><th>maturity</th><th>recorded</th></tr></thead><tbody>

      """
    for comparison in comparisons {
      let number = comparison.number.rawValue
      let cells = [
        comparison.outcome, comparison.model("candidate"), comparison.model("resident"), comparison.envelope,
        comparison.maturity, comparison.recordedDay,
      ]
      body += "<tr><td><a href=\"\(comparison.path)\">\(number)</a></td>"
      body += cells.map { "<td>\($0.htmlText)</td>" }.joined() + "</tr>\n"
    }
    return HTMLPage(title: "Resident: comparisons", body: body + "</tbody></table></div>\n").text
  }
}
