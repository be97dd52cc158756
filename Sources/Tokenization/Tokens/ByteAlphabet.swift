/// The characters by which byte-level vocabularies spell bytes.
///
/// Each byte is one character: itself if that is a visible Latin-1 character, else the next one from U+0100 on, so that
/// a space is `Ġ` (from the encoder that was published with GPT-2).
enum ByteAlphabet {
  /// The byte that a character spells, or nil if the character is outside the alphabet.
  @inline(__always)
  static func byte(spelledBy scalar: UInt32) -> UInt8? {
    switch scalar {
    case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: UInt8(truncatingIfNeeded: scalar)
    case 0x100...0x120: UInt8(truncatingIfNeeded: scalar - 0x100)
    case 0x121...0x142: UInt8(truncatingIfNeeded: scalar - 0x121 + 0x7F)
    case 0x143: 0xAD
    default: nil
    }
  }

  /// The bytes that a token's UTF-8 spelling stands for, or nil if a character is outside the alphabet.
  static func bytes(spelledBy spelling: [UInt8]) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(spelling.count)
    for scalar in String(decoding: spelling, as: UTF8.self).unicodeScalars {
      guard let byte = byte(spelledBy: scalar.value) else { return nil }
      bytes.append(byte)
    }
    return bytes
  }
}
