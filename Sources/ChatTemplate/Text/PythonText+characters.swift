/// Case mappings and character classes of strings.
extension PythonText {
  static func lowercased(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
    let scalars = Array(text.unicodeScalars)
    var result = ""
    for (index, scalar) in scalars.enumerated() {
      let isFinalSigma = scalar == "Σ" && endsWord(index, in: scalars)
      result += isFinalSigma ? "ς" : scalar.properties.lowercaseMapping
    }
    return result
  }

  /// Whether letters come before a place and none after (Unicode's condition `Final_Sigma`).
  private static func endsWord(_ index: Int, in scalars: [Unicode.Scalar]) -> Bool {
    let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
    let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
    return (before?.isCased ?? false) && !(after?.isCased ?? false)
  }

  static func capitalized(_ text: String) -> String {
    guard let first = text.unicodeScalars.first else { return "" }
    return first.properties.titlecaseMapping + lowercased(String(text.unicodeScalars.dropFirst()))
  }

  /// Every run of letters with the first in title case, the others in lower case.
  static func titled(_ text: String) -> String {
    var result = ""
    var isInWord = false
    for scalar in text.unicodeScalars {
      result += isInWord ? scalar.properties.lowercaseMapping : scalar.properties.titlecaseMapping
      isInWord = scalar.isCased
    }
    return result
  }

  static func isLowercase(_ text: String) -> Bool {
    var hasLowercase = false
    for scalar in text.unicodeScalars where scalar.isCased {
      guard scalar.properties.isLowercase else { return false }
      hasLowercase = true
    }
    return hasLowercase
  }

  static func isUppercase(_ text: String) -> Bool {
    var hasUppercase = false
    for scalar in text.unicodeScalars where scalar.isCased {
      guard scalar.properties.isUppercase else { return false }
      hasUppercase = true
    }
    return hasUppercase
  }

  static func isSpace(_ text: String) -> Bool { holds(for: text, \.isSpace) }

  static func isDigit(_ text: String) -> Bool {
    holds(for: text) { [.digit, .decimal].contains($0.properties.numericType) }
  }

  static func isAlpha(_ text: String) -> Bool { holds(for: text, isLetter) }

  static func isAlphanumeric(_ text: String) -> Bool {
    holds(for: text) { isLetter($0) || $0.properties.numericType != nil }
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }

  private static func holds(for text: String, _ condition: (Unicode.Scalar) -> Bool) -> Bool {
    !text.isEmpty && text.unicodeScalars.allSatisfy(condition)
  }
}

/// Character classes.
extension Unicode.Scalar {
  /// White space by Python's `str.isspace`.
  var isSpace: Bool {
    switch value {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
    default: false
    }
  }

  /// A line boundary by Python's `str.splitlines`.
  var isLineBoundary: Bool {
    switch value {
    case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }

  /// An ASCII digit.
  var isDigit: Bool { ("0"..."9").contains(self) }

  /// Whether a name in a template can start with the character.
  var isNameStart: Bool {
    switch self {
    case "_", "a"..."z", "A"..."Z": true
    default: !isASCII && properties.isXIDStart
    }
  }

  var isNameContinue: Bool { isNameStart || isDigit || (!isASCII && properties.isXIDContinue) }

  var hexadecimalValue: Int? {
    switch self {
    case "0"..."9": Int(value - 0x30)
    case "a"..."f": Int(value - 0x57)
    case "A"..."F": Int(value - 0x37)
    default: nil
    }
  }

  /// Whether Python's `repr` shows the character itself.
  var isPrintable: Bool {
    if isASCII { return (0x20...0x7E).contains(value) }
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
      .spaceSeparator:
      return false
    default: return true
    }
  }

  /// Whether the character has upper, lower or title case.
  var isCased: Bool { properties.isCased }
}
