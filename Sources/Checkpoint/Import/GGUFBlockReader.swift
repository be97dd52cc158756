/// Reads blocks of a quantized type as affine groups: an element is scale · code + bias of its group, exactly as GGML
/// computes it in 32-bit floats.
///
/// Layouts: <https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h>.
struct GGUFBlockReader {
  let type: GGUFTensorType
  /// Of a code.
  let bits: Int
  let groupSize: Int
  /// Of the block that was read last, in the order of its elements.
  private(set) var codes: [UInt8]
  /// Of the groups of the block that was read last.
  private(set) var scales: [Float]
  private(set) var biases: [Float]

  /// Nil for types that are not affine.
  init?(_ type: GGUFTensorType) {
    switch type {
    case .q4_0, .q4_1, .q4_K: (bits, groupSize) = (4, 32)
    case .q5_0, .q5_1, .q5_K: (bits, groupSize) = (5, 32)
    case .q6_K: (bits, groupSize) = (6, 16)
    case .q8_0: (bits, groupSize) = (8, 32)
    default: return nil
    }
    self.type = type
    codes = [UInt8](repeating: 0, count: type.blockSize)
    scales = [Float](repeating: 0, count: type.blockSize / groupSize)
    biases = scales
  }

  /// Reads scales and biases of a block.
  mutating func readScales(_ block: UnsafeRawBufferPointer) {
    func half(_ offset: Int) -> Float {
      HalfPrecision.float(half: UInt16(littleEndian: block.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
    }
    switch type {
    case .q4_1, .q5_1: (scales[0], biases[0]) = (half(0), half(2))
    case .q4_K, .q5_K:
      let (factor, minimumFactor) = (half(0), half(2))
      for group in 0..<8 {
        let (scale, minimum) = Self.packedScale(group, in: block)
        scales[group] = factor * Float(scale)
        biases[group] = -(minimumFactor * Float(minimum))
      }
    case .q6_K:
      let factor = half(208)
      for group in 0..<16 {
        scales[group] = factor * Float(Int8(bitPattern: block[192 + group]))
        biases[group] = -32 * scales[group]
      }
    default:
      scales[0] = half(0)
      biases[0] = -Float(1 << (bits - 1)) * scales[0]
    }
  }

  /// The 6-bit scale and minimum of a group of Q4_K or Q5_K, from twelve bytes: the last four hold the low bits of the
  /// groups 4 to 7, whose high bits are those that the first eight bytes leave over.
  private static func packedScale(_ group: Int, in block: UnsafeRawBufferPointer) -> (scale: UInt8, minimum: UInt8) {
    let start = 4
    if group < 4 { return (block[start + group] & 63, block[start + 4 + group] & 63) }
    let (low, high, highMinimum) = (block[start + 4 + group], block[start + group - 4], block[start + group])
    return (low & 15 | high >> 2 & 0x30, low >> 4 | highMinimum >> 2 & 0x30)
  }

  /// Reads the codes of a block.
  mutating func readCodes(_ block: UnsafeRawBufferPointer) {
    switch type {
    case .q4_0: readNibbles(block, at: 2)
    case .q4_1: readNibbles(block, at: 4)
    case .q5_0: readNibbles(block, at: 6, fifthBitsAt: 2)
    case .q5_1: readNibbles(block, at: 8, fifthBitsAt: 4)
    case .q4_K, .q5_K: readLongBlock(block)
    case .q6_K: readSixBits(block)
    default: for i in 0..<32 { codes[i] = block[2 + i] ^ 0x80 }
    }
  }

  /// Element *i* is in the low and element *i* + 16 in the high half of byte *i*.
  private mutating func readNibbles(_ block: UnsafeRawBufferPointer, at start: Int, fifthBitsAt fifth: Int? = nil) {
    for i in 0..<16 {
      codes[i] = block[start + i] & 15
      codes[i + 16] = block[start + i] >> 4
    }
    guard let fifth else { return }
    let bits = UInt32(littleEndian: block.loadUnaligned(fromByteOffset: fifth, as: UInt32.self))
    for i in 0..<32 { codes[i] |= UInt8(truncatingIfNeeded: bits >> UInt32(i) & 1) << 4 }
  }

  /// Two groups in the halves of 32 bytes; bit *g* of byte *i* is the fifth of element *i* of group *g*.
  private mutating func readLongBlock(_ block: UnsafeRawBufferPointer) {
    let start = type == .q5_K ? 48 : 16
    for group in 0..<8 {
      for i in 0..<32 {
        let byte = block[start + group / 2 * 32 + i]
        var code = group % 2 == 0 ? byte & 15 : byte >> 4
        if type == .q5_K { code |= (block[16 + i] >> UInt8(group) & 1) << 4 }
        codes[group * 32 + i] = code
      }
    }
  }

  /// Each half of the block: four runs of 32 codes, low bits in the halves of 64 bytes, high bits in pairs of 32 bytes.
  private mutating func readSixBits(_ block: UnsafeRawBufferPointer) {
    for half in 0..<2 {
      for run in 0..<4 {
        for i in 0..<32 {
          let low = block[half * 64 + run % 2 * 32 + i]
          let high = block[128 + half * 32 + i] >> UInt8(2 * run) & 3
          codes[half * 128 + run * 32 + i] = (run < 2 ? low & 15 : low >> 4) | high << 4
        }
      }
    }
  }
}

extension GGUFTensor {
  var rowBytes: Int { columnCount / type.blockSize * type.blockBytes }

  /// The blocks of one row.
  func row(_ index: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: bytes[index * rowBytes..<(index + 1) * rowBytes])
  }

  /// Calls `body` with each block of a row.
  @inline(__always)
  func forEachBlock(ofRow index: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
    let row = row(index)
    for start in stride(from: 0, to: row.count, by: type.blockBytes) {
      body(UnsafeRawBufferPointer(rebasing: row[start..<start + type.blockBytes]))
    }
  }
}
