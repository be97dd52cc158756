/// One tensor inside a mapped file; nothing is copied.
public struct TensorView: Sendable {
  /// The name in the checkpoint, e.g. `model.layers.0.self_attn.q_proj.weight`.
  public let name: String
  public let type: TensorType
  /// Row-major, outermost dimension first; empty for a scalar.
  public let shape: [Int]
  /// The mapping that holds the bytes.
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
}
