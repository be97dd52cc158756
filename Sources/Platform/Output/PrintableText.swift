extension Unicode.Scalar {
  /// Whether a terminal obeys it or does not show it: controls, formats such as those that turn the direction of text or
  /// have no width, ends of lines and paragraphs, and what is no character at all.
  public var isInvisibleOrObeyed: Bool {
    // Most text is ASCII, and a look into the tables of Unicode takes many times as long.
    if isASCII { return value < 0x20 || value == 0x7F }
    return switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
    default: properties.isNoncharacterCodePoint
    }
  }
}

extension StringProtocol {
  /// The text on one line, with a space for whatever a terminal obeys: names and messages come from outside.
  public var printable: String {
    var text = String.UnicodeScalarView()
    for scalar in unicodeScalars { text.append(scalar.isInvisibleOrObeyed ? " " : scalar) }
    return String(text)
  }
}
