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

/// Finding a layer's weight among the tensors of a folder.
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
    let weight = try tensor("\(layerPath).weight")
    guard let scales = tensors["\(layerPath).scales"] else {
      guard weight.type.isRowType else {
        throw weight.error("is \(weight.type.rawValue) without scales, but plain weights are F32, F16 or BF16")
      }
      return .plain(weight)
    }
    let format = try format(of: layerPath, weight: weight, scales: scales, columnCount: columnCount)
    return .quantized(
      try QuantizedTensor(codes: weight, scales: scales, biases: tensors["\(layerPath).biases"], format: format))
  }

  private func format(
    of path: String, weight: TensorView, scales: TensorView, columnCount: Int?
  ) throws(CheckpointError) -> QuantizationFormat {
    let file = url.appendingPathComponent("config.json").path
    guard let quantization = config.quantization else {
      throw .field(file: file, name: "quantization", problem: "is missing, but layer \"\(path)\" has scales")
    }
    if let override = quantization.overrides[path] {
      guard case .format(let format) = override else {
        throw .field(file: file, name: "quantization.\(path)", problem: "is false, but the layer has scales")
      }
      return format
    }
    guard let columnCount, columnCount > 0, scales.columnCount > 0 else { return quantization.default }
    let bits = (weight.columnCount.multipliedReportingOverflow(by: 32).partialValue) / columnCount
    let groupSize = columnCount / scales.columnCount
    let mode: QuantizationFormat.Mode =
      switch (scales.type == .U8, bits, groupSize) {
      case (false, _, _): .affine
      case (true, _, 16): .nvfp4
      case (true, 8, _): .mxfp8
      case (true, _, _): .mxfp4
      }
    guard let format = QuantizationFormat(bits: bits, groupSize: groupSize, mode: mode) else {
      throw weight.error("has the shape \(weight.shape) and scales \(scales.shape), which no format explains")
    }
    return format
  }

  /// Whether the tensor is the scales or biases of a quantized layer.
  func isQuantizationPart(_ name: String) -> Bool {
    for suffix in [".scales", ".biases"] where name.hasSuffix(suffix) {
      let path = name.dropLast(suffix.count)
      return tensors["\(path).weight"] != nil && tensors["\(path).scales"] != nil
    }
    return false
  }
}
