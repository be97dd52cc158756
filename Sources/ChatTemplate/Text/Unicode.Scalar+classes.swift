extension Unicode.Scalar {
  /// White space as Python's `str.isspace` has it.
  var isSpace: Bool {
    switch value {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
    default: false
    }
  }

  /// A line boundary as Python's `str.splitlines` has it.
  var isLineBoundary: Bool {
    switch value {
    case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }

  /// An ASCII digit.
  var isDigit: Bool { ("0"..."9").contains(self) }

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

  /// Upper, lower or title case: a letter that case mappings tell apart.
  var isCased: Bool { properties.isCased }
}
