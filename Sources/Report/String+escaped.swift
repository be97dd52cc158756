extension String {
  /// As text of an HTML document: nothing in it opens a tag, ends an attribute or turns the reading direction.
  var htmlText: String { escaped(#"&<>"'"#) }

  /// As text of a Markdown table's cell.
  var markdownText: String { escaped(#"&<>"'|\`*_[]()!~$"#) }

  /// Names come from outside: characters that format or control are shown as U+FFFD.
  private func escaped(_ special: String) -> String {
    var text = ""
    for scalar in unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: text += "\u{FFFD}"
      default: text += special.unicodeScalars.contains(scalar) ? "&#\(scalar.value);" : String(scalar)
      }
    }
    return text
  }
}
