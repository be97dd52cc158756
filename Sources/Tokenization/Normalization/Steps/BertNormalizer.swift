/// `BertNormalizer`: what BERT does to text before it cuts words.
struct BertNormalizer: NormalizerStep {
  static let kinds = ["BertNormalizer"]

  /// Drops control characters and makes all white space spaces.
  let cleansText: Bool
  /// Puts spaces around ideographs, so that each is a word.
  let separatesIdeographs: Bool
  /// Decomposes characters and drops the marks.
  let stripsAccents: Bool
  let lowercases: Bool

  init(_ fields: JSONFields, _ growth: inout TextGrowth) throws(TokenizerProblem) {
    cleansText = try fields.bool("clean_text")
    separatesIdeographs = try fields.bool("handle_chinese_chars")
    lowercases = try fields.bool("lowercase")
    stripsAccents = try fields.bool("strip_accents", default: lowercases)
  }

  var movesStart: Bool { cleansText || stripsAccents }

  func rewriting(_ text: UTF8Text) -> [UInt8]? {
    var current: [UInt8]?
    func apply(_ step: (UTF8Text) -> [UInt8]?) {
      let next = current.map { bytes in bytes.withUnsafeBufferPointer { step(UTF8Text($0)) } } ?? step(text)
      if let next { current = next }
    }
    if cleansText { apply(Self.cleaning) }
    if separatesIdeographs { apply(Self.separatingIdeographs) }
    if stripsAccents {
      apply(NormalizationForm.nfd.rewriting)
      apply { $0.replacingScalars { $0.isNonspacingMark ? .nothing : .same } }
    }
    if lowercases { apply(Lowercase().rewriting) }
    return current
  }

  private static func cleaning(_ text: UTF8Text) -> [UInt8]? {
    text.replacingScalars { scalar in
      switch scalar.value {
      case 0x20..<0x7F: .same
      case 0x09, 0x0A, 0x0D: .text(" ")
      case 0, 0xFFFD: .nothing
      default: scalar.isControl ? .nothing : scalar.isUnicodeSpace ? .text(" ") : .same
      }
    }
  }

  private static func separatingIdeographs(_ text: UTF8Text) -> [UInt8]? {
    text.replacingScalars { scalar in
      switch scalar.value {
      // The blocks that the reference library takes, which leave out U+2B820…U+2B91F.
      case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
        0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
        .text(" \(scalar) ")
      default: .same
      }
    }
  }
}

/// Categories by the tables of Unicode 8, which the reference library has for BERT.
extension Unicode.Scalar {
  private var isNewerThanEight: Bool { (properties.age?.major ?? 0) > 8 }

  /// A control or format character, or one for private use; no unassigned one.
  fileprivate var isControl: Bool {
    switch properties.generalCategory {
    case .control, .privateUse, .surrogate: true
    case .format: !isNewerThanEight
    default: false
    }
  }

  fileprivate var isNonspacingMark: Bool {
    switch value {
    case ..<0x300: false
    // Their categories have changed since.
    case 0x1734, 0x1171E: true
    case 0x1885, 0x1886, 0xA9BD, 0x111C9: false
    default: properties.generalCategory == .nonspacingMark && !isNewerThanEight
    }
  }

  /// Punctuation, and the ASCII symbols.
  var isBertPunctuation: Bool {
    if isASCII {
      return switch value {
      case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
      default: false
      }
    }
    if value == 0x166D || value == 0x111C9 { return true }
    switch properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      return !isNewerThanEight
    default: return false
    }
  }
}
