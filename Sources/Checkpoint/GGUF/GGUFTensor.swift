/// One tensor of a GGUF file.
public struct GGUFTensor: Sendable {
  public let name: String
  public let type: GGUFTensorType
  /// Row-major, outermost dimension first: the reverse of the order in the file.
  public let shape: [Int]
  let file: MappedFile
  let range: Range<Int>

  /// The blocks, row after row; valid while the file lives.
  public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: file.bytes[range]) }

  /// Elements of a row; a whole number of blocks.
  public var columnCount: Int { shape.last ?? 1 }

  /// The product of all dimensions but the last.
  public var rowCount: Int { shape.dropLast().reduce(1, *) }
}
