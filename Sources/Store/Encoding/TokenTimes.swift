/// Time stamps as the unsigned LEB128 of their differences: two to four bytes a token at usual rates.
enum TokenTimes {
  /// Encodes ascending time stamps, none negative.
  static func encode(_ nanoseconds: [Int64]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(nanoseconds.count * 4)
    var previous: Int64 = 0
    for time in nanoseconds {
      var rest = UInt64(bitPattern: time &- previous)
      while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(rest))
      previous = time
    }
    return bytes
  }

  /// The time stamps, or nil where the bytes encode none.
  static func decode(_ bytes: some Sequence<UInt8>) -> [Int64]? {
    var times: [Int64] = []
    var time: Int64 = 0
    var difference: Int64 = 0
    var shift = 0
    for byte in bytes {
      // Nine groups of seven bits fill the 63 bits of a number that is not negative.
      guard shift < 63 else { return nil }
      difference |= Int64(byte & 0x7F) << Int64(shift)
      shift += 7
      if byte & 0x80 != 0 { continue }
      let (sum, overflow) = time.addingReportingOverflow(difference)
      guard !overflow else { return nil }
      time = sum
      times.append(time)
      (difference, shift) = (0, 0)
    }
    return shift == 0 ? times : nil
  }
}
