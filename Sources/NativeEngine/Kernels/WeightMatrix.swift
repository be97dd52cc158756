import CKernels
import Checkpoint

/// A layer's weights as the kernels see them: pointers into the mapped checkpoint, nothing copied.
struct WeightMatrix: Sendable {
  // Immutable views of mappings that `tensors` keeps alive.
  nonisolated(unsafe) let matrix: rk_matrix
  private let tensors: [TensorView]

  var rows: Int { Int(matrix.rows) }
  var columns: Int { Int(matrix.columns) }

  /// Bytes that one product reads.
  var byteCount: Int { tensors.reduce(0) { $0 + $1.bytes.count } }

  /// Whether one prepared input serves both.
  func sharesInput(with other: WeightMatrix) -> Bool {
    matrix.columns == other.matrix.columns && matrix.storage == other.matrix.storage
      && matrix.bits == other.matrix.bits && matrix.group == other.matrix.group
      && matrix.parameters == other.matrix.parameters
  }

  /// The weights under `path`, e.g. `model.layers.0.mlp.up_proj`.
  ///
  /// - Throws: `CheckpointError` for a missing or non-finite tensor, `EngineError` for a wrong shape or storage.
  init(_ path: String, in folder: ModelFolder, rows: Int, columns: Int) throws {
    let weight = try folder.tensor(path + ".weight")
    if folder.tensors[path + ".scales"] != nil {
      try self.init(quantized: path, weight: weight, in: folder, rows: rows, columns: columns)
      return
    }
    guard weight.shape == [rows, columns] else {
      throw EngineError.shape(tensor: weight.name, found: weight.shape, expected: [rows, columns])
    }
    guard let storage = rk_storage(weight.type) else {
      throw EngineError.storage(tensor: weight.name, found: weight.type.rawValue)
    }
    try weight.validateFinite()
    self.init(
      matrix: rk_matrix(
        storage: storage, bits: 0, group: 0, parameters: storage, rows: Int64(rows), columns: Int64(columns),
        values: weight.bytes.baseAddress, scales: nil, biases: nil),
      tensors: [weight])
  }

  private init(matrix: rk_matrix, tensors: [TensorView]) {
    self.matrix = matrix
    self.tensors = tensors
  }

  private init(quantized path: String, weight: TensorView, in folder: ModelFolder, rows: Int, columns: Int) throws {
    guard let format = folder.config.quantization?.format(of: path) else {
      throw EngineError.unsupported("the layer \(path) has scales, but config.json gives it no quantization")
    }
    guard format.mode == .affine else {
      throw EngineError.unsupported(
        "the layer \(path) is stored as \(format.mode.rawValue), which this build cannot run")
    }
    let scales = try folder.tensor(path + ".scales")
    let biases = try folder.tensor(path + ".biases")
    guard weight.type == .U32 else { throw EngineError.storage(tensor: weight.name, found: weight.type.rawValue) }
    guard columns % format.groupSize == 0 else {
      throw EngineError.unsupported(
        "the layer \(path) has \(columns) inputs, which groups of \(format.groupSize) do not fill")
    }
    let expected = [
      (weight, [rows, columns * format.bits / 32]), (scales, [rows, columns / format.groupSize]),
      (biases, [rows, columns / format.groupSize]),
    ]
    for (tensor, shape) in expected where tensor.shape != shape {
      throw EngineError.shape(tensor: tensor.name, found: tensor.shape, expected: shape)
    }
    guard let parameters = rk_storage(scales.type), biases.type == scales.type else {
      throw EngineError.storage(
        tensor: scales.name, found: "\(scales.type.rawValue) with \(biases.type.rawValue) biases")
    }
    try scales.validateFinite()
    try biases.validateFinite()
    self.init(
      matrix: rk_matrix(
        storage: RK_AFFINE, bits: Int32(format.bits), group: Int32(format.groupSize), parameters: parameters,
        rows: Int64(rows), columns: Int64(columns), values: weight.bytes.baseAddress,
        scales: scales.bytes.baseAddress, biases: biases.bytes.baseAddress),
      tensors: [weight, scales, biases])
  }
}

extension rk_storage {
  init?(_ type: TensorType) {
    switch type {
    case .F32: self = RK_FLOAT32
    case .F16: self = RK_FLOAT16
    case .BF16: self = RK_BFLOAT16
    default: return nil
    }
  }
}
