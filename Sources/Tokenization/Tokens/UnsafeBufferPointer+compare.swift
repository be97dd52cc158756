extension UnsafeBufferPointer<UInt8> {
  /// Whether another buffer of the same length holds the same bytes, compared eight at a time.
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
