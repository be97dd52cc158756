/// A chart with its caption; its figures stand in a table beside it.
struct ChartFigure {
  /// A member of `ReportCharts` in `kinds.js`.
  let kind: String
  /// Which of the page's traces; nil where the chart is of the whole page.
  var index: Int?
  /// Plain text without markup.
  let caption: String

  var html: String {
    let attribute = index.map { " data-index=\"\($0)\"" } ?? ""
    return """
      <figure data-kind="\(kind)"\(attribute)><figcaption>\(caption.htmlText(atMost: 300))</figcaption>\
      <div class="frame"><canvas role="img" aria-label="\(caption.htmlText(atMost: 300))"></canvas></div>\
      <div class="tools"></div></figure>

      """
  }
}

/// Rows of cells that are HTML already.
struct HTMLTable {
  let heads: [String]
  let rows: [[String]]

  var html: String {
    let head = heads.map { "<th>\($0)</th>" }.joined()
    let body = rows.map { "<tr>" + $0.map { "<td>\($0)</td>" }.joined() + "</tr>\n" }.joined()
    return "<div class=\"table\"><table><thead><tr>\(head)</tr></thead><tbody>\n\(body)</tbody></table></div>\n"
  }
}
