/// Time stamps as the unsigned LEB128 of their differences: two to four bytes a token at usual rates.
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

  /// The time stamps, or nil where the bytes encode none.
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
