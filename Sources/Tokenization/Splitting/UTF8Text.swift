/// Valid UTF-8 bytes, read one scalar at a time.
///
/// The bytes must come from a `String`, which guarantees their validity, and positions must be scalar boundaries.
struct UTF8Text {
  private let buffer: UnsafeBufferPointer<UInt8>

  init(_ buffer: UnsafeBufferPointer<UInt8>) { self.buffer = buffer }

  var count: Int { buffer.count }

  subscript(position: Int) -> UInt8 { buffer[position] }

  subscript(range: Range<Int>) -> UTF8Text { UTF8Text(bytes(range)) }

  func bytes(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: buffer[range]) }

  /// The scalar that starts at a position, and the position after it.
  @inline(__always)
  func scalar(at position: Int) -> (scalar: Unicode.Scalar, end: Int) {
    let first = UInt32(buffer[position])
    if first < 0x80 { return (Unicode.Scalar(UInt8(first)), position + 1) }
    let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    var value = first & (0x7F >> UInt32(length))
    for offset in 1..<length { value = value << 6 | UInt32(buffer[position + offset] & 0x3F) }
    return (Unicode.Scalar(value) ?? "\u{FFFD}", position + length)
  }

  /// The position after the scalar that starts at a position.
  @inline(__always)
  func position(after position: Int) -> Int {
    let first = buffer[position]
    return position + (first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4)
  }

  /// The scalar that ends at a position, and the position where it starts.
  func scalar(before position: Int) -> (scalar: Unicode.Scalar, start: Int) {
    var start = position - 1
    while start > 0, buffer[start] & 0xC0 == 0x80 { start -= 1 }
    return (scalar(at: start).scalar, start)
  }
}

/// Rewriting.
extension UTF8Text {
  /// What becomes of a scalar.
  enum Replacement {
    case same
    case nothing
    case text(String)
  }

  /// The bytes of the text with scalars replaced, or nil if all stay.
  func replacingScalars(_ replacement: (Unicode.Scalar) -> Replacement) -> [UInt8]? {
    var result: [UInt8] = []
    var isChanged = false
    var position = 0
    while position < count {
      let (scalar, end) = scalar(at: position)
      switch replacement(scalar) {
      case .same: if isChanged { result += bytes(position..<end) }
      case let change:
        if !isChanged { result += bytes(0..<position) }
        isChanged = true
        if case .text(let text) = change { result += text.utf8 }
      }
      position = end
    }
    return isChanged ? result : nil
  }
}
