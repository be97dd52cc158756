/// Time stamps as the unsigned LEB128 of their differences: two to four bytes per token at usual rates.
enum TokenTimes {
  /// Encodes ascending time stamps, none negative.
  static func encode(_ nanoseconds: [Int64]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(nanoseconds.count * 4)
    var previous: Int64 = 0
    for time in nanoseconds {
      LEB128.append(UInt64(bitPattern: time &- previous), to: &bytes)
      previous = time
    }
    return bytes
  }

  /// The time stamps, or nil if the bytes encode none.
  static func decode(_ bytes: some Sequence<UInt8>) -> [Int64]? {
    var times: [Int64] = []
    var time: Int64 = 0
    // Nine groups of seven bits fill the 63 bits of a number that is not negative.
    let isWhole = LEB128.forEach(in: bytes, bits: 63) { difference in
      let (sum, overflow) = time.addingReportingOverflow(Int64(bitPattern: difference))
      time = sum
      times.append(time)
      return !overflow
    }
    return isWhole ? times : nil
  }
}

/// Values that mostly stay alike as the zigzag LEB128 of their differences: a byte per value where nothing changes.
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

  /// The values, or nil if the bytes encode none.
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

/// Unsigned LEB128, as DWARF defines it: seven bits per byte, least significant first, the top bit set in all but a number's
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
