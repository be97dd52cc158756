extension String {
  /// Text for an HTML document: nothing in it opens a tag, ends an attribute or turns the reading direction.
  var htmlText: String { escaped(#"&<>"'"#) }

  /// The same, cut to a number of characters: a long name would hide the rest of a table.
  func htmlText(atMost length: Int) -> String {
    unicodeScalars.count <= length
      ? htmlText : (String(String.UnicodeScalarView(unicodeScalars.prefix(length - 1))) + "…").htmlText
  }

  /// Text for a cell of a Markdown table, and readable where it is not rendered: what has no meaning there stays as it is.
  ///
  /// A line within a word, brackets around figures and parentheses mean nothing; a bracket could begin a link, so one is
  /// left alone only where figures follow, and one that a link's address could follow never.
  var markdownText: String {
    let scalars = Array(unicodeScalars)
    return scalars.indices.map { index in
      let (before, after) = (index > 0 ? scalars[index - 1] : nil, index + 1 < scalars.count ? scalars[index + 1] : nil)
      let isPlain =
        switch scalars[index] {
        case "_": before?.isWordlike == true && after?.isWordlike == true
        case "[": after.map { "+-0123456789".unicodeScalars.contains($0) } ?? false
        case "]": after.map { !"([:".unicodeScalars.contains($0) } ?? true
        case "!": after != "["
        // A tag begins by a letter, a mark or a slash.
        case "<": after.map { "= ".unicodeScalars.contains($0) } ?? true
        case ">": index > 0
        case "(", ")": true
        default: false
        }
      return isPlain ? String(scalars[index]) : String(scalars[index]).escaped(#"&<>"'|\`*_[]!~$"#)
    }.joined()
  }

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

  fileprivate var isWordlike: Bool { isASCII && (properties.isAlphabetic || properties.numericType != nil) }
}
