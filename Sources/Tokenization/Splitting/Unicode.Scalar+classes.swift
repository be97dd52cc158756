/// What the splitting patterns tell apart: `\p{L}`, `\p{N}`, `\s`, and the rest.
enum ScalarClass {
  case letter, number, space, other
}

extension Unicode.Scalar {
  /// The version of Unicode whose letters and numbers count.
  ///
  /// Tokens must not depend on the tables of the system at hand, so scalars assigned later count as unassigned; this is
  /// the version that `tokenizers` 0.23 knows.
  private static let unicodeVersion = 16

  var splittingClass: ScalarClass {
    if isASCII {
      switch value {
      case 0x61...0x7A, 0x41...0x5A: return .letter
      case 0x30...0x39: return .number
      case 0x20, 0x09...0x0D: return .space
      default: return .other
      }
    }
    if isUnicodeSpace { return .space }
    let properties = properties
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return isNewerThanTables ? .other : .letter
    case .decimalNumber, .letterNumber, .otherNumber: return isNewerThanTables ? .other : .number
    default: return .other
    }
  }

  /// `White_Space`, which no version of Unicode will extend lightly.
  var isUnicodeSpace: Bool {
    switch value {
    case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
    default: false
    }
  }

  /// `\w` of Unicode Technical Standard 18, annex C: what makes an added token part of a longer word.
  var isWordCharacter: Bool {
    if value == 0x200C || value == 0x200D { return true }
    let isWord =
      switch properties.generalCategory {
      case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: true
      default: properties.isAlphabetic
      }
    return isWord && !isNewerThanTables
  }

  private var isNewerThanTables: Bool { (properties.age?.major ?? 0) > Self.unicodeVersion }
}
