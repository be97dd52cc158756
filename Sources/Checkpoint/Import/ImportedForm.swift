/// How a tensor of a GGUF file is kept in a model folder.
struct ImportedForm: Equatable {
  enum Storage: Equatable {
    case affine(QuantizationFormat, scales: TensorType)
    case mxfp4
    case floats(TensorType)
  }

  let storage: Storage
  /// Whether every element keeps its value in 32-bit floats.
  let isExact: Bool

  /// The types that can be imported, for messages.
  static let types = "F32, F16, BF16, Q4_0, Q4_1, Q4_K, Q5_0, Q5_1, Q5_K, Q6_K, Q8_0 and MXFP4"

  static func canImport(_ type: GGUFTensorType) -> Bool {
    [.f32, .f16, .bf16, .mxfp4].contains(type) || GGUFBlockReader(type) != nil
  }

  /// The format of the layer, nil if it is not quantized.
  var format: QuantizationFormat? {
    switch storage {
    case .affine(let format, _): format
    case .mxfp4: .mxfp4
    case .floats: nil
    }
  }

  /// For example `affine 4-bit g32, F32 scales`.
  var description: String {
    switch storage {
    case .affine(let format, let scales): "\(format), \(scales.rawValue) scales"
    case .mxfp4: QuantizationFormat.mxfp4.description
    case .floats(let type): type.rawValue
    }
  }
}

/// The choice of a form, which takes a look at every block.
extension ImportedForm {
  /// Affine, if groups of 32 hold the tensor, with half-precision scales if these are exact; floats otherwise.
  ///
  /// - Parameters:
  ///   - floats: The type of tensors that are F32 in the file.
  ///   - offset: Added to every element.
  /// - Throws: `.badTensor` with the row of a value that is not finite.
  init(of tensor: GGUFTensor, floats: TensorType, offset: Float) throws(GGUFProblem) {
    switch tensor.type {
    case .mxfp4: self = try Self.microscaling(tensor)
    case .f16 where offset == 0: self = try Self.plain(tensor, as: .F16, offset: 0)
    case .bf16: self = try Self.plain(tensor, as: .BF16, offset: offset)
    case .f32, .f16: self = try Self.plain(tensor, as: floats, offset: offset)
    default: self = try Self.affine(tensor)
    }
  }

  private static func microscaling(_ tensor: GGUFTensor) throws(GGUFProblem) -> ImportedForm {
    for row in 0..<tensor.rowCount {
      var isFinite = true
      // MLX reads the scale 255 as infinity.
      tensor.forEachBlock(ofRow: row) { isFinite = isFinite && $0[0] != 255 }
      guard isFinite else { throw notFinite(tensor, row: row, as: "a scale") }
    }
    return ImportedForm(storage: .mxfp4, isExact: true)
  }

  private static func affine(_ tensor: GGUFTensor) throws(GGUFProblem) -> ImportedForm {
    guard var reader = GGUFBlockReader(tensor.type) else {
      throw .unsupportedType(tensor: tensor.name, type: tensor.type.name)
    }
    // MLX has no groups of 16: two of them are one of 32 if they share their scale.
    let pairs = 32 / reader.groupSize
    var (isFinite, fitsHalf, fitsGroups) = (true, true, true)
    for row in 0..<tensor.rowCount {
      tensor.forEachBlock(ofRow: row) { block in
        reader.readScales(block)
        for group in reader.scales.indices {
          let (scale, bias) = (reader.scales[group], reader.biases[group])
          isFinite = isFinite && scale.isFinite && bias.isFinite
          fitsHalf =
            fitsHalf && FloatStorage.round(scale, to: .F16) == scale && FloatStorage.round(bias, to: .F16) == bias
          let first = group / pairs * pairs
          fitsGroups = fitsGroups && scale == reader.scales[first] && bias == reader.biases[first]
        }
      }
      guard isFinite else { throw notFinite(tensor, row: row, as: "a scale") }
    }
    guard fitsGroups, let format = QuantizationFormat(bits: reader.bits, groupSize: 32) else {
      return try plain(tensor, as: .BF16, offset: 0)
    }
    return ImportedForm(storage: .affine(format, scales: fitsHalf ? .F16 : .F32), isExact: true)
  }

  private static func plain(
    _ tensor: GGUFTensor, as type: TensorType, offset: Float
  ) throws(GGUFProblem) -> ImportedForm {
    var values = [Float](repeating: 0, count: tensor.columnCount)
    var isExact = true
    for row in 0..<tensor.rowCount {
      tensor.copyRow(row, into: &values)
      for value in values {
        let rounded = FloatStorage.round(value + offset, to: type)
        guard rounded.isFinite else { throw notFinite(tensor, row: row, as: "a value", type) }
        isExact = isExact && rounded == value + offset
      }
    }
    return ImportedForm(storage: .floats(type), isExact: isExact)
  }

  private static func notFinite(
    _ tensor: GGUFTensor, row: Int, as what: String, _ type: TensorType = .F32
  ) -> GGUFProblem {
    .badTensor(tensor.name, problem: "holds \(what) in row \(row) that is not finite as \(type.rawValue)")
  }
}

extension GGUFTensor {
  /// Computes one row in 32-bit floats.
  ///
  /// - Precondition: `output.count == columnCount`, and the type can be imported.
  func copyRow(_ index: Int, into output: inout [Float]) {
    let row = row(index)
    switch type {
    case .f32: for i in output.indices { output[i] = Float(bitPattern: row.uint32(at: i)) }
    case .f16: for i in output.indices { output[i] = HalfPrecision.float(half: row.uint16(at: i)) }
    case .bf16: for i in output.indices { output[i] = HalfPrecision.float(bfloat16: row.uint16(at: i)) }
    default:
      guard var reader = GGUFBlockReader(type) else { return }
      var column = 0
      forEachBlock(ofRow: index) { block in
        reader.readScales(block)
        reader.readCodes(block)
        for (i, code) in reader.codes.enumerated() {
          let group = i / reader.groupSize
          output[column + i] = reader.scales[group] * Float(code) + reader.biases[group]
        }
        column += reader.codes.count
      }
    }
  }
}
