import JSON

extension JSONReader {
  /// The UTF-8 of the next string.
  mutating func readString() throws(TokenizerProblem) -> [UInt8] {
    guard peek() == UInt8(ascii: "\""), let text = try readValue().string else { throw syntaxProblem() }
    return Array(text.utf8)
  }

  /// Appends the bytes that the characters up to `terminator` spell in the byte alphabet, and passes over that.
  ///
  /// False where a character outside the alphabet or an escape comes first: then the position is there, and the caller
  /// goes back and takes the slow way.
  mutating func readSpelledBytes(until terminator: UInt8, appendingTo target: inout [UInt8]) -> Bool {
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case terminator: return true
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): return false
      case 0x21...0x7E: target.append(byte)
      case 0xC2...0xC5:
        guard position < bytes.count, bytes[position] & 0xC0 == 0x80,
          let spelled = ByteAlphabet.byte(spelledBy: UInt32(byte & 0x1F) << 6 | UInt32(bytes[position] & 0x3F))
        else { return false }
        target.append(spelled)
        position += 1
      default: return false
      }
    }
    return false
  }
}
