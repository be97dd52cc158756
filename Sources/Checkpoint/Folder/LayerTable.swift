import Foundation

/// The layers among the tensors of a folder, and the formats in which they are stored.
struct LayerTable: Sendable {
  /// For messages.
  let folder: URL
  let tensors: [String: TensorView]
  /// Nil if no layer is quantized.
  let quantization: QuantizationConfig?

  /// As ``ModelFolder/weight(of:columnCount:)``.
  func weight(of layerPath: String, columnCount: Int? = nil) throws(CheckpointError) -> LayerWeight {
    guard let weight = tensors["\(layerPath).weight"] else {
      throw .missingTensor("\(layerPath).weight", file: folder.path)
    }
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
    let file = folder.appendingPathComponent("config.json").path
    guard let quantization else {
      throw .field(file: file, name: "quantization", problem: "is missing, but layer \"\(path)\" has scales")
    }
    if let override = quantization.override(of: path) {
      guard case .format(let format) = override else {
        throw .field(file: file, name: "quantization.\(path)", problem: "is false, but the layer has scales")
      }
      return format
    }
    guard let columnCount, columnCount > 0, scales.columnCount > 0 else {
      return implied(by: weight, scales, default: quantization.default)
    }
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

  /// The default if it fits the shapes, or else the only format that does; without such a format, the default.
  private func implied(
    by weight: TensorView, _ scales: TensorView, default standard: QuantizationFormat
  ) -> QuantizationFormat {
    let groupWords = scales.columnCount == 0 ? 0 : weight.columnCount / scales.columnCount
    func fits(_ format: QuantizationFormat) -> Bool {
      format.bits * format.groupSize / 32 == groupWords && (format.mode == .affine) == (scales.type != .U8)
    }
    if fits(standard) { return standard }
    let fitting = QuantizationFormat.all.filter(fits)
    return fitting.count == 1 ? fitting[0] : standard
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
