/// One tensor inside a file in memory; nothing is copied.
public struct TensorView: Sendable {
  /// The name in the checkpoint, e.g. `model.layers.0.self_attn.q_proj.weight`.
  public let name: String
  public let type: TensorType
  /// Row-major, outermost dimension first; empty for a scalar.
  public let shape: [Int]
  /// The file that holds the bytes.
  public let file: MappedFile
  /// Where the elements lie in the file.
  let range: Range<Int>

  /// The elements, little-endian and without padding; valid while `file` lives.
  ///
  /// Offsets in a file need not be aligned to the element type: read with `loadUnaligned` unless `isAligned`.
  public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: file.bytes[range]) }

  /// The product of the shape; 1 for a scalar.
  public var elementCount: Int { range.count / type.byteWidth }

  /// Whether the first element lies at a multiple of the element's width.
  public var isAligned: Bool { Int(bitPattern: bytes.baseAddress) % type.byteWidth == 0 }

  /// An error about this tensor.
  func error(_ problem: String) -> CheckpointError { .tensor(name, file: file.url.path, problem: problem) }
}

/// The element types of the safetensors format, under the names its header gives them.
public enum TensorType: String, Sendable, Hashable, CaseIterable {
  case F64, F32, F16, BF16, U8, I8, U16, I16, U32, I32, U64, I64, BOOL

  /// Bytes of one element.
  public var byteWidth: Int {
    switch self {
    case .U8, .I8, .BOOL: 1
    case .F16, .BF16, .U16, .I16: 2
    case .F32, .U32, .I32: 4
    case .F64, .U64, .I64: 8
    }
  }

  /// Whether elements are floating-point numbers.
  public var isFloat: Bool {
    switch self {
    case .F64, .F32, .F16, .BF16: true
    default: false
    }
  }

  /// Whether rows of this type convert to 32-bit floats exactly: F32, F16 or BF16.
  public var isRowType: Bool { self == .F32 || self == .F16 || self == .BF16 }
}

/// Reading rows and elements as 32-bit floats.
extension TensorView {
  /// Elements per row: the last dimension, 1 for a scalar.
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
    case .F32: for i in output.indices { output[i] = Float(bitPattern: source.uint32(at: i)) }
    case .F16: for i in output.indices { output[i] = HalfPrecision.float(half: source.uint16(at: i)) }
    case .BF16: for i in output.indices { output[i] = HalfPrecision.float(bfloat16: source.uint16(at: i)) }
    default: preconditionFailure("a row of \(type.rawValue) is not floating-point")
    }
  }

  /// One element of an F32, F16 or BF16 tensor.
  @inline(__always)
  func float(at index: Int) -> Float {
    switch type {
    case .F16: HalfPrecision.float(half: bytes.uint16(at: index))
    case .BF16: HalfPrecision.float(bfloat16: bytes.uint16(at: index))
    default: Float(bitPattern: bytes.uint32(at: index))
    }
  }
}

/// Looking for damage.
extension TensorView {
  /// Checks that no element of a floating-point tensor is NaN or infinite; other types pass.
  ///
  /// - Throws: `.notFinite` with the index of the first such element.
  /// - Complexity: O(*n*), at about the speed of memory.
  public func validateFinite() throws(CheckpointError) {
    let index: Int? =
      switch type {
      case .F16: Self.firstIndex(in: bytes, UInt16.self, exponent: 0x7C00)
      case .BF16: Self.firstIndex(in: bytes, UInt16.self, exponent: 0x7F80)
      case .F32: Self.firstIndex(in: bytes, UInt32.self, exponent: 0x7F80_0000)
      case .F64: Self.firstIndex(in: bytes, UInt64.self, exponent: 0x7FF0_0000_0000_0000)
      default: nil
      }
    if let index { throw .notFinite(tensor: name, file: file.url.path, index: index) }
  }

  /// The first element whose exponent bits are all set.
  private static func firstIndex<Bits: FixedWidthInteger & UnsignedInteger>(
    in bytes: UnsafeRawBufferPointer, _: Bits.Type, exponent: Bits
  ) -> Int? {
    let width = MemoryLayout<Bits>.size
    let count = bytes.count / width
    func isSpecial(_ index: Int) -> Bool {
      Bits(littleEndian: bytes.loadUnaligned(fromByteOffset: width * index, as: Bits.self)) & exponent == exponent
    }
    // Blocks without an early exit, so that the inner loop vectorizes.
    for start in stride(from: 0, to: count, by: 4096) {
      let block = start..<min(start + 4096, count)
      var found = false
      for index in block { found = isSpecial(index) || found }
      if found { return block.first(where: isSpecial) }
    }
    return nil
  }
}

extension UnsafeRawBufferPointer {
  /// The little-endian 16-bit integer at an index of such integers.
  @inline(__always)
  func uint16(at index: Int) -> UInt16 {
    UInt16(littleEndian: loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
  }

  /// The little-endian 32-bit integer at an index of such integers.
  @inline(__always)
  func uint32(at index: Int) -> UInt32 {
    UInt32(littleEndian: loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
  }
}
