/// The canonical decompositions of single characters, and which pairs compose (Unicode Standard Annex 15), except Hangul.
///
/// The tables are those of Unicode 9.0, which the reference library normalizes by, and later characters stay as they
/// are. Foundation's NFC does not serve: it knows whatever the system knows, and composes characters beyond U+FFFF by
/// their low 16 bits.
struct CanonicalMappings: Sendable {
  /// One step: the first character, and the second if there are two.
  private var decomposed: [UInt32: (first: UInt32, second: UInt32?)] = [:]
  private var composed: [UInt64: UInt32] = [:]
  /// What may change under NFC, or change what comes before it; without marks that have a combining class.
  private var unstable = Set<UInt32>()

  static let shared = CanonicalMappings()

  private init() {
    for entry in Self.entries(of: Self.compositions) where entry.count == 3 {
      decomposed[entry[0]] = (entry[1], entry[2])
      composed[Self.pair(entry[1], entry[2])] = entry[0]
      unstable.insert(entry[2])
    }
    for entry in Self.entries(of: Self.decompositions) where entry.count >= 2 {
      decomposed[entry[0]] = (entry[1], entry.count > 2 ? entry[2] : nil)
      unstable.insert(entry[0])
    }
  }

  private static func entries(of table: String) -> [[UInt32]] {
    table.utf8.split(separator: UInt8(ascii: ",")).map { entry in
      entry.split(separator: UInt8(ascii: " ")).compactMap { UInt32(Substring($0), radix: 16) }
    }
  }

  func decomposition(of scalar: UInt32) -> (first: UInt32, second: UInt32?)? { decomposed[scalar] }

  func composition(of first: UInt32, _ second: UInt32) -> UInt32? { composed[Self.pair(first, second)] }

  func isUnstable(_ scalar: UInt32) -> Bool { unstable.contains(scalar) }

  private static func pair(_ first: UInt32, _ second: UInt32) -> UInt64 { UInt64(first) << 32 | UInt64(second) }
}

extension Unicode.Scalar {
  /// The canonical combining class: 0 for all but marks, and for marks newer than the mappings.
  var combiningClass: UInt8 {
    if value < 0x300 { return 0 }
    let combiningClass = properties.canonicalCombiningClass.rawValue
    return combiningClass == 0 || (properties.age?.major ?? 0) > 9 ? 0 : combiningClass
  }
}

/// Hangul syllables, composed by arithmetic (Unicode Standard, section 3.12).
enum Hangul {
  private static let syllableBase: UInt32 = 0xAC00
  private static let leadBase: UInt32 = 0x1100
  private static let vowelBase: UInt32 = 0x1161
  private static let tailBase: UInt32 = 0x11A7
  private static let leadCount: UInt32 = 19
  private static let vowelCount: UInt32 = 21
  private static let tailCount: UInt32 = 28
  private static let syllables = syllableBase..<syllableBase + leadCount * vowelCount * tailCount

  /// Vowels and tails, which may join the character before them.
  static func isTrailing(_ scalar: UInt32) -> Bool {
    (vowelBase..<vowelBase + vowelCount).contains(scalar) || (tailBase + 1..<tailBase + tailCount).contains(scalar)
  }

  /// The jamo of a syllable, tail 0 for none.
  static func decomposition(of syllable: UInt32) -> (lead: UInt32, vowel: UInt32, tail: UInt32?)? {
    guard syllables.contains(syllable) else { return nil }
    let index = syllable - syllableBase
    let tail = index % tailCount
    return (
      leadBase + index / tailCount / vowelCount, vowelBase + index / tailCount % vowelCount,
      tail == 0 ? nil : tailBase + tail
    )
  }

  /// The syllable of a lead and a vowel, or of a syllable without tail and a tail.
  static func composition(of first: UInt32, _ second: UInt32) -> UInt32? {
    if (leadBase..<leadBase + leadCount).contains(first), (vowelBase..<vowelBase + vowelCount).contains(second) {
      return syllableBase + ((first - leadBase) * vowelCount + (second - vowelBase)) * tailCount
    }
    guard syllables.contains(first), (first - syllableBase) % tailCount == 0,
      (tailBase + 1..<tailBase + tailCount).contains(second)
    else { return nil }
    return first + (second - tailBase)
  }
}
