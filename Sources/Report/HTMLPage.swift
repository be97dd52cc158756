/// A document whose content security policy lets it load and run nothing.
struct HTMLPage {
  /// Plain text without markup.
  let title: String
  let body: String

  var text: String {
    """
    <!doctype html>
    <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
    <title>\(title.htmlText)</title><style>\(Self.style)</style></head>
    <body>
    \(body)</body></html>

    """
  }

  private static let style = """
    :root { color-scheme: light dark }
    body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem }
    p { overflow-wrap: anywhere }
    .table { overflow-x: auto }
    table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
    th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; border-top: 1px solid #8884 }
    td { overflow-wrap: break-word; min-width: 5rem }
    """
}
