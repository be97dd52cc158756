import JSON

/// A document that loads nothing but the report's own files, and runs nothing but the report's own scripts.
struct HTMLPage {
  /// Plain text without markup.
  let title: String
  /// The way to the report's folder, such as `../`.
  var root = ""
  var scripts: [ReportAsset] = []
  /// What the scripts show; nil where there is none.
  var facts: JSONValue?
  /// What the server that answers with the page calls its state; nil for a page that stands in a file.
  var liveRevision: String?
  let body: String

  /// Marks a file as one that a report may replace or remove.
  static let mark = "<meta name=\"generator\" content=\"resident report\">"

  var text: String {
    // Data are no script: whatever they contain, the policy runs nothing that is written in the page.
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

extension JSONValue {
  /// As text of a script element of HTML: no tag can open or end in it, and nothing turns the reading direction.
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
