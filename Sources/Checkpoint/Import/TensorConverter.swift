/// Turns one tensor of a GGUF file into the bytes of a model folder, moving codes without changing them.
struct TensorConverter {
  let step: ImportPlan.Step

  /// The tensors that it becomes, as in the header of the weight file.
  var entries: [SafetensorsWriter.Entry] {
    let shape = step.tensor.shape
    switch step.form.storage {
    case .affine(let format, let scales): return format.entries(path: step.layerPath, shape: shape, scaleType: scales)
    case .mxfp4: return QuantizationFormat.mxfp4.entries(path: step.layerPath, shape: shape, scaleType: .U8)
    case .floats(let type): return [.init(name: step.name, type: type, shape: shape)]
    }
  }

  /// Writes all of them.
  func write(to writer: SafetensorsWriter) throws(CheckpointError) {
    let parts: QuantizedParts
    switch step.form.storage {
    case .floats(let type): return try writer.write(floats(type), to: step.name)
    case .mxfp4: parts = microscaling()
    case .affine(let format, let scales): parts = affine(format, scales)
    }
    try writer.write(parts.codes, to: "\(step.layerPath).weight")
    try writer.write(parts.scales, to: "\(step.layerPath).scales")
    if !parts.biases.isEmpty { try writer.write(parts.biases, to: "\(step.layerPath).biases") }
  }

  private func floats(_ type: TensorType) -> [UInt8] {
    let tensor = step.tensor
    var values = [Float](repeating: 0, count: tensor.columnCount)
    var output = [UInt8](repeating: 0, count: tensor.rowCount * tensor.columnCount * type.byteWidth)
    output.withUnsafeMutableBytes { buffer in
      guard let base = buffer.baseAddress else { return }
      for row in 0..<tensor.rowCount {
        tensor.copyRow(step.sourceRow(row), into: &values)
        let start = row * values.count
        for i in values.indices { FloatStorage.store(values[i] + step.offset, as: type, at: start + i, in: base) }
      }
    }
    return output
  }

  private func affine(_ format: QuantizationFormat, _ type: TensorType) -> QuantizedParts {
    let tensor = step.tensor
    guard var reader = GGUFBlockReader(tensor.type) else { return QuantizedParts(codes: [], scales: [], biases: []) }
    let groups = tensor.rowCount * tensor.columnCount / format.groupSize
    var codes: [UInt8] = []
    codes.reserveCapacity(groups * format.groupSize * format.bits / 8)
    var scales = [UInt8](repeating: 0, count: groups * type.byteWidth)
    var biases = scales
    var group = 0
    let stride = format.groupSize / reader.groupSize
    scales.withUnsafeMutableBytes { scales in
      biases.withUnsafeMutableBytes { biases in
        guard let scales = scales.baseAddress, let biases = biases.baseAddress else { return }
        for row in 0..<tensor.rowCount {
          tensor.forEachBlock(ofRow: step.sourceRow(row)) { block in
            reader.readScales(block)
            reader.readCodes(block)
            Self.append(reader.codes, bits: format.bits, to: &codes)
            for index in Swift.stride(from: 0, to: reader.scales.count, by: stride) {
              FloatStorage.store(reader.scales[index], as: type, at: group, in: scales)
              FloatStorage.store(reader.biases[index], as: type, at: group, in: biases)
              group += 1
            }
          }
        }
      }
    }
    return QuantizedParts(codes: codes, scales: scales, biases: biases)
  }

  /// Appends codes as a little-endian bit string; together they fill whole bytes.
  private static func append(_ codes: [UInt8], bits: Int, to output: inout [UInt8]) {
    var pending: UInt32 = 0
    var filled = 0
    for code in codes {
      pending |= UInt32(code) << UInt32(filled)
      filled += bits
      while filled >= 8 {
        output.append(UInt8(truncatingIfNeeded: pending))
        pending >>= 8
        filled -= 8
      }
    }
  }

  /// GGML keeps element *i* in the low and element *i* + 16 in the high half of byte *i*; MLX keeps neighbours together.
  private func microscaling() -> QuantizedParts {
    let tensor = step.tensor
    var parts = QuantizedParts(codes: [], scales: [], biases: [])
    parts.codes.reserveCapacity(tensor.rowCount * tensor.columnCount / 2)
    parts.scales.reserveCapacity(tensor.rowCount * tensor.columnCount / 32)
    for row in 0..<tensor.rowCount {
      tensor.forEachBlock(ofRow: step.sourceRow(row)) { block in
        parts.scales.append(block[0])
        for i in Swift.stride(from: 1, to: 17, by: 2) { parts.codes.append(block[i] & 15 | block[i + 1] << 4) }
        for i in Swift.stride(from: 1, to: 17, by: 2) { parts.codes.append(block[i] >> 4 | block[i + 1] & 0xF0) }
      }
    }
    return parts
  }
}

/// The order of query and key rows.
///
/// GGUF's llama family interleaves the two halves of each head, since its rotary embedding turns neighbours; Hugging
/// Face and MLX turn element *i* with element *i* + *D*/2.
enum RotaryRows {
  /// The GGUF row that holds a checkpoint's row, of heads with an even number of rows.
  static func source(of row: Int, headDimension: Int) -> Int {
    let half = headDimension / 2
    let (head, inHead) = row.quotientAndRemainder(dividingBy: headDimension)
    return head * headDimension + 2 * (inHead % half) + inHead / half
  }
}
