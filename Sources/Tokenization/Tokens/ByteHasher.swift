/// Hashes short byte strings and pairs of ids for the open-addressing tables.
///
/// The seed is drawn anew for each table, so that no file can be made to collide.
struct ByteHasher: Sendable {
  private let seed = UInt64.random(in: .min ... .max)

  @inline(__always)
  func hash(_ value: UInt64) -> UInt64 { Self.mix(value ^ seed, 0x9E37_79B9_7F4A_7C15) }

  func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    let raw = UnsafeRawBufferPointer(bytes)
    var state = seed ^ UInt64(raw.count)
    var position = 0
    while position + 8 <= raw.count {
      state = Self.mix(state ^ raw.loadUnaligned(fromByteOffset: position, as: UInt64.self), 0x9E37_79B9_7F4A_7C15)
      position += 8
    }
    var tail: UInt64 = 0
    while position < raw.count {
      tail = tail << 8 | UInt64(raw[position])
      position += 1
    }
    return Self.mix(state ^ tail, 0xD6E8_FEB8_6659_FD93)
  }

  /// Both halves of the full product, folded: every input bit reaches every output bit.
  @inline(__always)
  private static func mix(_ value: UInt64, _ multiplier: UInt64) -> UInt64 {
    let product = (value | 1 << 63).multipliedFullWidth(by: multiplier)
    return product.high ^ product.low
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// Whether another buffer of the same length has the same bytes, compared eight at a time.
  @inline(__always)
  func holdsSameBytes(as other: UnsafeBufferPointer<UInt8>) -> Bool {
    let (left, right) = (UnsafeRawBufferPointer(self), UnsafeRawBufferPointer(other))
    var position = 0
    while position + 8 <= count {
      guard
        left.loadUnaligned(fromByteOffset: position, as: UInt64.self)
          == right.loadUnaligned(fromByteOffset: position, as: UInt64.self)
      else { return false }
      position += 8
    }
    while position < count {
      guard left[position] == right[position] else { return false }
      position += 1
    }
    return true
  }
}

extension Int {
  /// The least power of two that is not less; 1 for zero.
  var nextPowerOfTwo: Int { self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount) }
}
