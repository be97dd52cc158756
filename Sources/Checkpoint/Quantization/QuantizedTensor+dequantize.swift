extension QuantizedTensor {
  /// Computes one row in 32-bit floats: the reference that faster kernels are compared with.
  ///
  /// - Precondition: `row < rowCount` and `output.count == columnCount`.
  public func dequantizedRow(_ row: Int, into output: UnsafeMutableBufferPointer<Float>) {
    precondition(output.count == columnCount && row < rowCount)
    let wordBytes = codes.columnCount * 4
    let words = UnsafeRawBufferPointer(rebasing: codes.bytes[row * wordBytes..<(row + 1) * wordBytes])
    let groupCount = scales.columnCount
    for group in 0..<groupCount {
      let index = row * groupCount + group
      let columns = group * format.groupSize..<(group + 1) * format.groupSize
      switch format.mode {
      case .affine:
        let scale = scales.float(at: index)
        let bias = biases?.float(at: index) ?? 0
        for column in columns { output[column] = scale * Float(code(column, in: words)) + bias }
      case .mxfp4:
        let scale = MicroscalingFloats.e8m0(scales.bytes[index])
        for column in columns { output[column] = scale * MicroscalingFloats.e2m1(code(column, in: words)) }
      case .mxfp8:
        let scale = MicroscalingFloats.e8m0(scales.bytes[index])
        for column in columns { output[column] = scale * MicroscalingFloats.e4m3(code(column, in: words)) }
      case .nvfp4:
        let scale = MicroscalingFloats.e4m3(UInt32(scales.bytes[index]))
        for column in columns { output[column] = scale * MicroscalingFloats.e2m1(code(column, in: words)) }
      }
    }
  }

  /// The code of a column, from the bit string of its row.
  @inline(__always)
  private func code(_ column: Int, in words: UnsafeRawBufferPointer) -> UInt32 {
    let (word, shift) = (column * format.bits).quotientAndRemainder(dividingBy: 32)
    var code = words.uint32(at: word) >> UInt32(shift)
    if shift + format.bits > 32 { code |= words.uint32(at: word + 1) << UInt32(32 - shift) }
    return code & (1 << UInt32(format.bits) - 1)
  }
}

extension TensorView {
  /// One element of an F32, F16 or BF16 tensor.
  @inline(__always)
  func float(at index: Int) -> Float {
    switch type {
    case .F16: HalfPrecision.float(half: bytes.uint16(at: index))
    case .BF16: HalfPrecision.float(brain: bytes.uint16(at: index))
    default: Float(bitPattern: bytes.uint32(at: index))
    }
  }
}

extension UnsafeRawBufferPointer {
  /// The little-endian 32-bit integer at an index of such integers.
  @inline(__always)
  func uint32(at index: Int) -> UInt32 {
    UInt32(littleEndian: loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
  }
}
