/// A set of Unicode scalars, as a class of a pattern describes it.
struct ScalarSet: Sendable, Hashable {
  /// The ASCII members, by value: bits of two words.
  private var low: UInt64 = 0
  private var high: UInt64 = 0
  /// What decides on every other scalar.
  let rule: Rule

  /// Membership as a class spells it.
  struct Rule: Sendable, Hashable {
    var traits: ScalarTraits = []
    var ranges: [ClosedRange<UInt32>] = []
    /// More rules whose members count.
    var unions: [Rule] = []
    /// Rules that members must satisfy as well.
    var intersections: [Rule] = []
    var isComplement = false

    /// Whether any part of the rule asks for `.word`.
    var tellsWords: Bool {
      traits.contains(.word) || unions.contains(where: \.tellsWords) || intersections.contains(where: \.tellsWords)
    }

    func contains(_ value: UInt32, _ traits: ScalarTraits) -> Bool {
      var isMember = !self.traits.isDisjoint(with: traits) || ranges.contains { $0.contains(value) }
      if !isMember, !unions.isEmpty { isMember = unions.contains { $0.contains(value, traits) } }
      if isMember, !intersections.isEmpty { isMember = intersections.allSatisfy { $0.contains(value, traits) } }
      return isMember != isComplement
    }
  }

  private static let asciiTraits = (UInt8(0)..<0x80).map { value in
    Unicode.Scalar(value).traits.union(Unicode.Scalar(value).wordTraits)
  }

  init(_ rule: Rule) {
    self.rule = rule
    for value in UInt8(0)..<0x80 {
      guard rule.contains(UInt32(value), Self.asciiTraits[Int(value)]) else { continue }
      if value < 64 { low |= 1 << UInt64(value) } else { high |= 1 << UInt64(value - 64) }
    }
  }

  @inline(__always)
  func contains(ascii byte: UInt8) -> Bool { (byte < 64 ? low : high) >> UInt64(byte & 63) & 1 != 0 }

  @inline(__always)
  func contains(_ value: UInt32, _ traits: ScalarTraits) -> Bool { rule.contains(value, traits) }
}

/// What patterns tell scalars apart by: the general category, and whether a scalar is white space or part of a word.
struct ScalarTraits: OptionSet, Hashable, Sendable {
  let rawValue: UInt32

  init(rawValue: UInt32) { self.rawValue = rawValue }

  init(_ category: Unicode.GeneralCategory) { self.init(rawValue: 1 << category.traitBit) }

  /// `\s`.
  static let space = ScalarTraits(rawValue: 1 << 30)
  /// `\w`.
  static let word = ScalarTraits(rawValue: 1 << 31)
  static let decimalNumber = ScalarTraits(.decimalNumber)

  /// The general categories by their short names; one letter stands for all that begin with it.
  init?(category name: String) {
    let categories = Unicode.GeneralCategory.byName
    let members = categories.filter { name.count == 1 ? $0.key.hasPrefix(name) : $0.key == name }
    guard !members.isEmpty else { return nil }
    self.init(rawValue: members.values.reduce(0) { $0 | 1 << $1.traitBit })
  }
}

extension Unicode.Scalar {
  /// The version of Unicode whose categories count.
  ///
  /// Tokens must not depend on the tables of the system at hand, so scalars assigned later count as unassigned; this is
  /// the version that `tokenizers` 0.23 knows.
  private static let unicodeVersion = 16

  private var isNewerThanTables: Bool {
    // Blocks that were full before, to be quick.
    switch value {
    case 0x80..<0x378, 0x400..<0x530, 0x30A0..<0x3100, 0x3400..<0xA000, 0xAC00..<0xD7A4: false
    default: (properties.age?.major ?? 0) > Self.unicodeVersion
    }
  }

  /// All but `.word`, which few patterns need.
  var traits: ScalarTraits {
    // U+0295 has no case since Unicode 17.
    let category = value == 0x295 ? .lowercaseLetter : properties.generalCategory
    guard category != .unassigned, isASCII || !isNewerThanTables else { return ScalarTraits(.unassigned) }
    var traits = ScalarTraits(category)
    if isUnicodeSpace { traits.insert(.space) }
    return traits
  }

  /// `.word` if the scalar is part of words.
  var wordTraits: ScalarTraits {
    let isOfWords = properties.generalCategory.isOfWords || properties.isAlphabetic
    return isOfWords && !isNewerThanTables ? .word : []
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
    value == 0x200C || value == 0x200D || !wordTraits.isEmpty
  }

  /// The lower case, of one or more scalars; nil for a scalar that has none.
  ///
  /// The reference library takes this from Unicode 17, not 16.
  var lowercased: String? {
    let mapping = properties.lowercaseMapping
    return mapping.unicodeScalars.elementsEqual(CollectionOfOne(self)) ? nil : mapping
  }
}

extension Unicode.GeneralCategory {
  fileprivate static let byName: [String: Unicode.GeneralCategory] = [
    "Lu": .uppercaseLetter, "Ll": .lowercaseLetter, "Lt": .titlecaseLetter, "Lm": .modifierLetter, "Lo": .otherLetter,
    "Mn": .nonspacingMark, "Mc": .spacingMark, "Me": .enclosingMark, "Nd": .decimalNumber, "Nl": .letterNumber,
    "No": .otherNumber, "Pc": .connectorPunctuation, "Pd": .dashPunctuation, "Ps": .openPunctuation,
    "Pe": .closePunctuation, "Pi": .initialPunctuation, "Pf": .finalPunctuation, "Po": .otherPunctuation,
    "Sm": .mathSymbol, "Sc": .currencySymbol, "Sk": .modifierSymbol, "So": .otherSymbol, "Zs": .spaceSeparator,
    "Zl": .lineSeparator, "Zp": .paragraphSeparator, "Cc": .control, "Cf": .format, "Cs": .surrogate,
    "Co": .privateUse, "Cn": .unassigned,
  ]

  /// Whether scalars of this category are part of words, alphabetic or not.
  fileprivate var isOfWords: Bool {
    switch self {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: true
    default: false
    }
  }

  fileprivate var traitBit: UInt32 {
    switch self {
    case .uppercaseLetter: 0
    case .lowercaseLetter: 1
    case .titlecaseLetter: 2
    case .modifierLetter: 3
    case .otherLetter: 4
    case .nonspacingMark: 5
    case .spacingMark: 6
    case .enclosingMark: 7
    case .decimalNumber: 8
    case .letterNumber: 9
    case .otherNumber: 10
    case .connectorPunctuation: 11
    case .dashPunctuation: 12
    case .openPunctuation: 13
    case .closePunctuation: 14
    case .initialPunctuation: 15
    case .finalPunctuation: 16
    case .otherPunctuation: 17
    case .mathSymbol: 18
    case .currencySymbol: 19
    case .modifierSymbol: 20
    case .otherSymbol: 21
    case .spaceSeparator: 22
    case .lineSeparator: 23
    case .paragraphSeparator: 24
    case .control: 25
    case .format: 26
    case .surrogate: 27
    case .privateUse: 28
    case .unassigned: 29
    @unknown default: 29
    }
  }
}
