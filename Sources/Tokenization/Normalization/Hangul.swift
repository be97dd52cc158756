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
