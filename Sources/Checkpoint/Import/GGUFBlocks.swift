/// Turns rows of GGML blocks into MLX's affine layout, or into binary16, moving codes without changing them.
enum GGUFBlocks {
  /// A layer's parts as MLX stores them, for the rows converted so far.
  struct Affine {
    var codes: [UInt8] = []
    var scales: [UInt16] = []
    var biases: [UInt16] = []

    mutating func reserveCapacity(_ elementCount: Int, format: QuantizationFormat) {
      codes.reserveCapacity(elementCount / 8 * format.bits)
      scales.reserveCapacity(elementCount / format.groupSize)
      biases.reserveCapacity(elementCount / format.groupSize)
    }
  }

  /// The affine format that holds a type's blocks exactly, nil if it is not quantized.
  static func format(of type: GGUFTensorType) -> QuantizationFormat? {
    switch type {
    case .q4_0, .q4_1: QuantizationFormat(bits: 4, groupSize: 32)
    case .q8_0: QuantizationFormat(bits: 8, groupSize: 32)
    default: nil
    }
  }

  static func canImport(_ type: GGUFTensorType) -> Bool {
    type == .f32 || type == .f16 || format(of: type) != nil
  }

  /// Appends one row of blocks; false if a scale or bias is not finite in binary16.
  static func append(_ row: UnsafeRawBufferPointer, of type: GGUFTensorType, to affine: inout Affine) -> Bool {
    var isFinite = true
    for start in stride(from: 0, to: row.count, by: type.blockBytes) {
      let block = UnsafeRawBufferPointer(rebasing: row[start..<start + type.blockBytes])
      let scale = UInt16(littleEndian: block.loadUnaligned(as: UInt16.self))
      let bias: UInt16
      switch type {
      case .q4_1:
        bias = UInt16(littleEndian: block.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
        appendNibbles(block[4...], to: &affine.codes)
      case .q4_0:
        bias = HalfPrecision.half(-8 * HalfPrecision.float(half: scale))
        appendNibbles(block[2...], to: &affine.codes)
      default:
        bias = HalfPrecision.half(-128 * HalfPrecision.float(half: scale))
        affine.codes.append(contentsOf: block[2...].lazy.map { $0 ^ 0x80 })
      }
      affine.scales.append(scale)
      affine.biases.append(bias)
      isFinite = isFinite && scale & 0x7C00 != 0x7C00 && bias & 0x7C00 != 0x7C00
    }
    return isFinite
  }

  /// GGML keeps element *i* in the low and element *i* + 16 in the high half of byte *i*; MLX keeps neighbours together.
  private static func appendNibbles(_ codes: Slice<UnsafeRawBufferPointer>, to output: inout [UInt8]) {
    let start = codes.startIndex
    for pair in 0..<8 { output.append(codes[start + 2 * pair] & 0xF | codes[start + 2 * pair + 1] << 4) }
    for pair in 0..<8 { output.append(codes[start + 2 * pair] >> 4 | codes[start + 2 * pair + 1] & 0xF0) }
  }

  /// Appends one row of binary32 or binary16 values as binary16; false if one is not finite or overflows.
  static func append(_ row: UnsafeRawBufferPointer, of type: GGUFTensorType, to halves: inout [UInt16]) -> Bool {
    var isFinite = true
    for offset in stride(from: 0, to: row.count, by: type.blockBytes) {
      let half =
        type == .f16
        ? UInt16(littleEndian: row.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
        : HalfPrecision.half(
          Float(bitPattern: UInt32(littleEndian: row.loadUnaligned(fromByteOffset: offset, as: UInt32.self))))
      halves.append(half)
      isFinite = isFinite && half & 0x7C00 != 0x7C00
    }
    return isFinite
  }
}
