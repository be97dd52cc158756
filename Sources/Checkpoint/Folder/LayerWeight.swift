/// The weight of a layer, quantized or not.
public enum LayerWeight: Sendable {
  /// F32, F16 or BF16.
  case plain(TensorView)
  case quantized(QuantizedTensor)

  /// The logical shape.
  public var shape: [Int] {
    switch self {
    case .plain(let tensor): tensor.shape
    case .quantized(let tensor): tensor.shape
    }
  }

  /// Rows: the product of all dimensions but the last.
  public var rowCount: Int {
    switch self {
    case .plain(let tensor): tensor.rowCount
    case .quantized(let tensor): tensor.rowCount
    }
  }

  /// Elements per row.
  public var columnCount: Int { shape.last ?? 1 }

  /// The format, nil if the weight is not quantized.
  public var format: QuantizationFormat? {
    guard case .quantized(let tensor) = self else { return nil }
    return tensor.format
  }

  /// The type that the weight has once dequantized: its own, that of affine scales, or BF16.
  public var floatType: TensorType {
    switch self {
    case .plain(let tensor): tensor.type
    case .quantized(let tensor): tensor.format.mode == .affine ? tensor.scales.type : .BF16
    }
  }

  /// Bytes in the file, scales and biases included.
  public var byteCount: Int {
    switch self {
    case .plain(let tensor): tensor.bytes.count
    case .quantized(let tensor):
      tensor.codes.bytes.count + tensor.scales.bytes.count + (tensor.biases?.bytes.count ?? 0)
    }
  }

  /// Computes one row in 32-bit floats.
  ///
  /// - Precondition: `row < rowCount` and `output.count == columnCount`.
  public func copyRow(_ row: Int, into output: UnsafeMutableBufferPointer<Float>) {
    switch self {
    case .plain(let tensor): tensor.copyRow(row, into: output)
    case .quantized(let tensor): tensor.dequantizedRow(row, into: output)
    }
  }

  /// Checks that no weight, scale or bias is NaN or infinite.
  ///
  /// - Throws: `.notFinite` with the tensor's name and the index.
  public func validateFinite() throws(CheckpointError) {
    switch self {
    case .plain(let tensor): try tensor.validateFinite()
    case .quantized(let tensor): try tensor.validateFinite()
    }
  }
}

extension ModelFolder {
  /// The weight of a layer, with its format checked against the shapes in the file.
  ///
  /// As in mlx-lm, a layer is quantized if it has scales. Its format is what the configuration says of its path; for a
  /// path it does not name, what `columnCount` and the shapes imply, or else the default.
  ///
  /// - Parameters:
  ///   - layerPath: For example `model.layers.0.self_attn.q_proj`.
  ///   - columnCount: The layer's input size, if the caller knows it.
  /// - Throws: `.missingTensor`, `.tensor` if parts do not fit, `.field` if the configuration denies the format.
  public func weight(of layerPath: String, columnCount: Int? = nil) throws(CheckpointError) -> LayerWeight {
    try layers.weight(of: layerPath, columnCount: columnCount)
  }

  var layers: LayerTable { LayerTable(folder: url, tensors: tensors, quantization: config.quantization) }

  /// Whether the tensor is the scales or biases of a quantized layer.
  func isQuantizationPart(_ name: String) -> Bool { layers.isQuantizationPart(name) }
}
