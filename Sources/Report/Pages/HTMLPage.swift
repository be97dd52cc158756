import JSON

/// A document that loads nothing but the report's own files, and runs nothing but the report's own scripts.
struct HTMLPage {
  /// Plain text without markup.
  let title: String
  /// The way to the report's folder, such as `../`.
  var root = ""
  var scripts: [ReportAsset] = []
  /// What the scripts show; nil for a page without charts.
  var facts: JSONValue?
  /// The revision of the server that the page comes from; nil for a page in a file.
  var liveRevision: String?
  let body: String

  /// Marks a file as one that a report may replace or remove.
  static let mark = "<meta name=\"generator\" content=\"resident report\">"

  var text: String {
    // Whatever the data contain is not run: the policy forbids scripts within the page.
    let data = facts.map { "<script type=\"application/json\" id=\"facts\">\($0.embedded)</script>\n" } ?? ""
    let code = scripts.map { "<script defer src=\"\(root)\($0.path)\"></script>\n" }.joined()
    let live = liveRevision.map {
      "<script defer src=\"\(root)\(ReportAsset.live.path)\" data-root=\"\(root)\" data-revision=\"\($0.htmlText)\"></script>\n"
    }
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; script-src 'self'; \
      base-uri 'none'; form-action 'none'\(live == nil ? "" : "; connect-src 'self'")">
      \(Self.mark)
      <title>\(title.htmlText)</title><link rel="stylesheet" href="\(root)\(ReportAsset.style.path)">
      \(data)\(code)\(live ?? "")</head>
      <body>
      \(body)</body></html>

      """
  }
}

/// A chart with its caption. A table beside it shows the same figures.
struct ChartFigure {
  /// A member of `ReportCharts`, as `blocks.js` and `models.js` have it.
  let kind: String
  /// Which of the page's traces; nil for a chart of the whole page.
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

/// A table of cells that are HTML already.
struct HTMLTable {
  let heads: [String]
  let rows: [[String]]

  var html: String {
    let head = heads.map { "<th>\($0)</th>" }.joined()
    let body = rows.map { "<tr>" + $0.map { "<td>\($0)</td>" }.joined() + "</tr>\n" }.joined()
    return "<div class=\"table\"><table><thead><tr>\(head)</tr></thead><tbody>\n\(body)</tbody></table></div>\n"
  }
}

extension JSONValue {
  /// JSON text for a script element of HTML: no tag can open or end in it, and nothing turns the reading direction.
  fileprivate var embedded: String {
    var text = ""
    for scalar in serialized().unicodeScalars {
      switch scalar {
      case "<", ">", "&": text += "\\u00" + String(scalar.value, radix: 16)
      default: text.unicodeScalars.append(scalar.isShown ? scalar : "\u{FFFD}")
      }
    }
    return text
  }
}
