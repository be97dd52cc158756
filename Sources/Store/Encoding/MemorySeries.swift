/// Values that mostly stay alike as the zigzag LEB128 of their differences: a byte a value where nothing changes.
enum MemorySeries {
  /// Encodes values.
  static func encode(_ values: [Int64]) -> [UInt8] {
    var bytes: [UInt8] = []
    var previous: Int64 = 0
    for value in values {
      let difference = value &- previous
      LEB128.append(UInt64(bitPattern: (difference << 1) ^ (difference >> 63)), to: &bytes)
      previous = value
    }
    return bytes
  }

  /// The values, or nil where the bytes encode none.
  static func decode(_ bytes: some Sequence<UInt8>) -> [Int64]? {
    var values: [Int64] = []
    var value: Int64 = 0
    let isWhole = LEB128.forEach(in: bytes, bits: 64) { code in
      value = value &+ (Int64(bitPattern: code >> 1) ^ -Int64(bitPattern: code & 1))
      values.append(value)
      return true
    }
    return isWhole ? values : nil
  }
}
