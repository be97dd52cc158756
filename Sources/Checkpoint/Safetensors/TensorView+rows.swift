extension TensorView {
  /// Elements of a row: the last dimension, 1 for a scalar.
  public var columnCount: Int { shape.last ?? 1 }

  /// Rows: the product of all dimensions but the last.
  public var rowCount: Int { columnCount == 0 ? 0 : elementCount / columnCount }

  /// Copies one row of an F32, F16 or BF16 tensor into floats, exactly.
  ///
  /// - Precondition: `row < rowCount`, `output.count == columnCount`, and `type` is one of the three.
  public func copyRow(_ row: Int, into output: UnsafeMutableBufferPointer<Float>) {
    precondition(output.count == columnCount && row < rowCount)
    let width = columnCount * type.byteWidth
    let source = UnsafeRawBufferPointer(rebasing: bytes[row * width..<(row + 1) * width])
    switch type {
    case .F32:
      for i in output.indices {
        output[i] = Float(
          bitPattern: UInt32(littleEndian: source.loadUnaligned(fromByteOffset: 4 * i, as: UInt32.self)))
      }
    case .F16: for i in output.indices { output[i] = HalfPrecision.float(half: source.uint16(at: i)) }
    case .BF16: for i in output.indices { output[i] = HalfPrecision.float(brain: source.uint16(at: i)) }
    default: preconditionFailure("a row of \(type.rawValue) is not floating-point")
    }
  }
}

extension TensorType {
  /// Whether rows of this type convert to 32-bit floats exactly: F32, F16 or BF16.
  public var isRowType: Bool { self == .F32 || self == .F16 || self == .BF16 }
}

extension UnsafeRawBufferPointer {
  /// The little-endian 16-bit integer at an index of such integers.
  @inline(__always)
  func uint16(at index: Int) -> UInt16 {
    UInt16(littleEndian: loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
  }
}
