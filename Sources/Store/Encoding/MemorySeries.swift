/// Values that mostly stay alike as the zigzag LEB128 of their differences: a byte a value where nothing changes.
enum MemorySeries {
  /// Encodes values.
  static func encode(_ values: [Int64]) -> [UInt8] {
    var bytes: [UInt8] = []
    var previous: Int64 = 0
    for value in values {
      let difference = value &- previous
      var rest = UInt64(bitPattern: (difference << 1) ^ (difference >> 63))
      while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(rest))
      previous = value
    }
    return bytes
  }

  /// The values, or nil where the bytes encode none.
  static func decode(_ bytes: some Sequence<UInt8>) -> [Int64]? {
    var values: [Int64] = []
    var (value, code, shift): (Int64, UInt64, UInt64) = (0, 0, 0)
    for byte in bytes {
      guard shift < 64 else { return nil }
      code |= UInt64(byte & 0x7F) << shift
      shift += 7
      if byte & 0x80 != 0 { continue }
      value = value &+ (Int64(bitPattern: code >> 1) ^ -Int64(bitPattern: code & 1))
      values.append(value)
      (code, shift) = (0, 0)
    }
    return shift == 0 ? values : nil
  }
}
