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

  /// Elements per row; a whole number of blocks.
  public var columnCount: Int { shape.last ?? 1 }

  /// The product of all dimensions but the last.
  public var rowCount: Int { shape.dropLast().reduce(1, *) }
}

/// A tensor type of GGML: how many elements a block holds, and in how many bytes.
public struct GGUFTensorType: Sendable, Hashable {
  public let name: String
  public let blockSize: Int
  public let blockBytes: Int

  public static let f32 = GGUFTensorType("F32", 1, 4)
  public static let f16 = GGUFTensorType("F16", 1, 2)
  /// A half-precision scale *d* and 32 4-bit codes; an element is *d* (*q* − 8).
  public static let q4_0 = GGUFTensorType("Q4_0", 32, 18)
  /// A half-precision scale *d* and minimum *m*, then 32 4-bit codes; an element is *d q* + *m*.
  public static let q4_1 = GGUFTensorType("Q4_1", 32, 20)
  /// A half-precision scale *d* and 32 5-bit codes; an element is *d* (*q* − 16).
  public static let q5_0 = GGUFTensorType("Q5_0", 32, 22)
  /// A half-precision scale *d* and minimum *m*, then 32 5-bit codes; an element is *d q* + *m*.
  public static let q5_1 = GGUFTensorType("Q5_1", 32, 24)
  /// A half-precision scale *d* and 32 signed bytes; an element is *d q*.
  public static let q8_0 = GGUFTensorType("Q8_0", 32, 34)
  /// Eight groups of 32 4-bit codes with 6-bit scales *s* and minima *m* of two half-precision factors; an element is
  /// *d s q* − *e m*.
  public static let q4_K = GGUFTensorType("Q4_K", 256, 144)
  /// As Q4_K with 5-bit codes.
  public static let q5_K = GGUFTensorType("Q5_K", 256, 176)
  /// Sixteen groups of 16 6-bit codes with 8-bit scales *s* of a half-precision factor; an element is *d s* (*q* − 32).
  public static let q6_K = GGUFTensorType("Q6_K", 256, 210)
  public static let bf16 = GGUFTensorType("BF16", 1, 2)
  /// An E8M0 scale and 32 E2M1 codes.
  public static let mxfp4 = GGUFTensorType("MXFP4", 32, 17)

  init(_ name: String, _ blockSize: Int, _ blockBytes: Int) {
    self.name = name
    self.blockSize = blockSize
    self.blockBytes = blockBytes
  }

  /// The type with that number in a file, nil if it is unknown.
  ///
  /// Types that cannot be imported are listed too, so that a file that uses them is read and the message names them.
  init?(number: UInt32) {
    guard let type = Self.all[number] else { return nil }
    self = type
  }

  private static let all: [UInt32: GGUFTensorType] = [
    0: f32, 1: f16, 2: q4_0, 3: q4_1, 6: q5_0, 7: q5_1, 8: q8_0, 12: q4_K, 13: q5_K, 14: q6_K, 30: bf16, 39: mxfp4,
    9: .init("Q8_1", 32, 40), 10: .init("Q2_K", 256, 84), 11: .init("Q3_K", 256, 110), 15: .init("Q8_K", 256, 292),
    16: .init("IQ2_XXS", 256, 66), 17: .init("IQ2_XS", 256, 74), 18: .init("IQ3_XXS", 256, 98),
    19: .init("IQ1_S", 256, 50), 20: .init("IQ4_NL", 32, 18), 21: .init("IQ3_S", 256, 110),
    22: .init("IQ2_S", 256, 82), 23: .init("IQ4_XS", 256, 136), 29: .init("IQ1_M", 256, 56),
    24: .init("I8", 1, 1), 25: .init("I16", 1, 2), 26: .init("I32", 1, 4), 27: .init("I64", 1, 8),
    28: .init("F64", 1, 8), 34: .init("TQ1_0", 256, 54), 35: .init("TQ2_0", 256, 66),
  ]
}
