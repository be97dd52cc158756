/// One quantized weight matrix in MLX's layout, still in its file.
///
/// Codes of a row form one little-endian bit string, code *i* at bit *i* · `bits`; a row is a whole number of 32-bit
/// words. An affine element is scale · code + bias of its group.
public struct QuantizedTensor: Sendable {
  /// U32, shape `[…, columns · bits / 32]`.
  public let codes: TensorView
  /// Affine: F32, F16 or BF16; otherwise U8. Shape `[…, columns / groupSize]`.
  public let scales: TensorView
  /// As `scales`; nil if the mode has none.
  public let biases: TensorView?
  public let format: QuantizationFormat

  /// Checks that types and shapes fit together.
  ///
  /// - Throws: `.tensor` with the part that does not fit.
  public init(
    codes: TensorView, scales: TensorView, biases: TensorView?, format: QuantizationFormat
  ) throws(CheckpointError) {
    // Without elements, dimensions would not be bounded by the file's size.
    guard codes.type == .U32, codes.shape.count >= 2, codes.elementCount > 0 else {
      throw codes.error("is \(codes.type.rawValue) \(codes.shape), but quantized weights are U32 matrices")
    }
    let columns = scales.columnCount.multipliedReportingOverflow(by: format.groupSize)
    guard !columns.overflow, scales.shape.dropLast() == codes.shape.dropLast(),
      codes.columnCount % format.bits == 0, codes.columnCount / format.bits * 32 == columns.partialValue
    else {
      throw scales.error("has the shape \(scales.shape), which does not fit weights \(codes.shape) as \(format)")
    }
    let isAffine = format.mode == .affine
    guard isAffine ? scales.type.isRowType : scales.type == .U8 else {
      throw scales.error("is \(scales.type.rawValue), which \(format.mode.rawValue) does not use for scales")
    }
    if let biases, biases.shape != scales.shape || biases.type != scales.type || !isAffine {
      throw biases.error("does not have the shape and type of the scales")
    }
    guard isAffine == (biases != nil) else { throw codes.error("is quantized as \(format), but lacks its biases") }
    (self.codes, self.scales, self.biases, self.format) = (codes, scales, biases, format)
  }

  /// The logical shape, as of the unquantized weight.
  public var shape: [Int] { codes.shape.dropLast() + [columnCount] }

  /// Elements per row.
  public var columnCount: Int { scales.columnCount * format.groupSize }

  /// Rows: the product of all dimensions but the last.
  public var rowCount: Int { codes.rowCount }

  /// Checks that no scale and no bias is NaN or infinite.
  ///
  /// - Throws: `.notFinite` with the tensor's name and the index.
  public func validateFinite() throws(CheckpointError) {
    try scales.validateFinite()
    try biases?.validateFinite()
    let index: Int? =
      switch format.mode {
      case .affine: nil
      case .mxfp4, .mxfp8: scales.bytes.firstIndex(of: 0xFF)
      case .nvfp4: scales.bytes.firstIndex { $0 & 0x7F == 0x7F }
      }
    if let index { throw .notFinite(tensor: scales.name, file: scales.file.url.path, index: index) }
  }
}

/// Decoding.
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
