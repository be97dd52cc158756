extension String {
  /// Text for an HTML document: nothing in it opens a tag, ends an attribute or turns the reading direction.
  var htmlText: String { escaped(#"&<>"'"#) }

  /// The same, cut to a number of characters: a long name would hide the rest of a table.
  func htmlText(atMost length: Int) -> String {
    unicodeScalars.count <= length
      ? htmlText : (String(String.UnicodeScalarView(unicodeScalars.prefix(length - 1))) + "…").htmlText
  }

  /// Text for a cell of a Markdown table.
  var markdownText: String { escaped(#"&<>"'|\`*_[]()!~$"#) }

  /// Names come from outside, so formatting and control characters are shown as U+FFFD.
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
  /// Whether it is neither a formatting nor a control character.
  var isShown: Bool {
    // Nearly all are ASCII, and a look-up of the category is slow.
    if isASCII { return (0x20..<0x7F).contains(value) }
    return switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
    default: true
    }
  }
}
