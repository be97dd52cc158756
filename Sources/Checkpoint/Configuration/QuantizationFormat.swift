/// How one layer's weights are quantized.
public struct QuantizationFormat: Sendable, Hashable, CustomStringConvertible {
  /// The code of an element and what scales it.
  public enum Mode: String, Sendable, Hashable, CaseIterable {
    /// Integer codes; a scale and a bias per group, in the dtype of the weights.
    case affine
    /// E2M1 codes in groups of 32; an E8M0 scale per group.
    case mxfp4
    /// E4M3 codes in groups of 32; an E8M0 scale per group.
    case mxfp8
    /// E2M1 codes in groups of 16; an E4M3 scale per group.
    case nvfp4
  }

  /// Bits of one code.
  public let bits: Int
  /// Consecutive elements of a row that share a scale.
  public let groupSize: Int
  public let mode: Mode

  /// The format with these numbers, nil if MLX has none.
  public init?(bits: Int, groupSize: Int, mode: Mode = .affine) {
    let exists =
      switch mode {
      case .affine: Self.affineBits.contains(bits) && Self.affineGroupSizes.contains(groupSize)
      case .mxfp4: bits == 4 && groupSize == 32
      case .mxfp8: bits == 8 && groupSize == 32
      case .nvfp4: bits == 4 && groupSize == 16
      }
    guard exists else { return nil }
    self.bits = bits
    self.groupSize = groupSize
    self.mode = mode
  }

  private init(unchecked mode: Mode, bits: Int, groupSize: Int) {
    (self.mode, self.bits, self.groupSize) = (mode, bits, groupSize)
  }

  /// Affine with 4 bits in groups of 64.
  public static let standard = QuantizationFormat(unchecked: .affine, bits: 4, groupSize: 64)
  public static let mxfp4 = QuantizationFormat(unchecked: .mxfp4, bits: 4, groupSize: 32)
  public static let mxfp8 = QuantizationFormat(unchecked: .mxfp8, bits: 8, groupSize: 32)
  public static let nvfp4 = QuantizationFormat(unchecked: .nvfp4, bits: 4, groupSize: 16)

  /// The code widths of affine quantization.
  public static let affineBits = [2, 3, 4, 5, 6, 8]
  /// The group sizes of affine quantization.
  public static let affineGroupSizes = [32, 64, 128]

  /// Every format.
  static let all: [QuantizationFormat] =
    affineBits.flatMap { bits in affineGroupSizes.compactMap { QuantizationFormat(bits: bits, groupSize: $0) } }
    + [mxfp4, mxfp8, nvfp4]

  /// For example `affine 4-bit g64`.
  public var description: String { "\(mode.rawValue) \(bits)-bit g\(groupSize)" }
}

/// The layout of a quantized layer in a file.
extension QuantizationFormat {
  /// Bytes of a quantized layer of this shape with scales of this type; nil if the groups do not divide its rows.
  public func byteCount(rows: Int, columns: Int, scaleType: TensorType) -> Int? {
    guard columns % groupSize == 0 else { return nil }
    return entries(path: "", shape: [rows, columns], scaleType: scaleType)
      .reduce(0) { $0 + $1.shape.reduce($1.type.byteWidth, *) }
  }

  /// The tensors of a quantized layer whose weight has this shape; the last dimension must be a multiple of the group.
  func entries(path: String, shape: [Int], scaleType floats: TensorType) -> [SafetensorsWriter.Entry] {
    let scaleType = mode == .affine ? floats : .U8
    let columns = shape.last ?? 1
    let rows = Array(shape.dropLast())
    let groups = rows + [columns / groupSize]
    var entries: [SafetensorsWriter.Entry] = [
      .init(name: "\(path).weight", type: .U32, shape: rows + [columns / 32 * bits]),
      .init(name: "\(path).scales", type: scaleType, shape: groups),
    ]
    if mode == .affine { entries.append(.init(name: "\(path).biases", type: scaleType, shape: groups)) }
    return entries
  }
}
