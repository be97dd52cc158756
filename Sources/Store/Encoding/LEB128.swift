/// Unsigned LEB128, as DWARF defines it: seven bits a byte, least significant first, the top bit set in all but a number's
/// last byte.
enum LEB128 {
  static func append(_ number: UInt64, to bytes: inout [UInt8]) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// Hands out each number until one is refused.
  ///
  /// - Parameter bits: Those that a number may have.
  /// - Returns: Whether the bytes are whole numbers of at most that many bits, none of them refused.
  static func forEach(in bytes: some Sequence<UInt8>, bits: Int, _ take: (UInt64) -> Bool) -> Bool {
    var (number, shift): (UInt64, Int) = (0, 0)
    for byte in bytes {
      guard shift < bits else { return false }
      number |= UInt64(byte & 0x7F) << UInt64(shift)
      shift += 7
      if byte & 0x80 != 0 { continue }
      guard take(number) else { return false }
      (number, shift) = (0, 0)
    }
    return shift == 0
  }
}
