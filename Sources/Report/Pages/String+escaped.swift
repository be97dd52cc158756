extension String {
  /// As text of an HTML document: nothing in it opens a tag, ends an attribute or turns the reading direction.
  var htmlText: String { escaped(#"&<>"'"#) }

  /// The same in a table, where a long name would hide the rest: its beginning.
  func htmlText(atMost length: Int) -> String {
    unicodeScalars.count <= length
      ? htmlText : (String(String.UnicodeScalarView(unicodeScalars.prefix(length - 1))) + "…").htmlText
  }

  /// As text of a Markdown table's cell.
  var markdownText: String { escaped(#"&<>"'|\`*_[]()!~$"#) }

  /// Names come from outside: characters that format or control are shown as U+FFFD.
  private func escaped(_ special: String) -> String {
    var text = ""
    for scalar in unicodeScalars {
      if !scalar.isShown {
        text += "\u{FFFD}"
      } else {
        text += special.unicodeScalars.contains(scalar) ? "&#\(scalar.value);" : String(scalar)
      }
    }
    return text
  }
}

extension Unicode.Scalar {
  /// Whether it neither formats nor controls the text around it.
  var isShown: Bool {
    // Nearly all are: the table of categories is searched for the rest.
    if isASCII { return (0x20..<0x7F).contains(value) }
    return switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
    default: true
    }
  }
}
