extension QuantizationFormat {
  /// The tensors of a quantized layer whose weight has this shape; the last dimension must be a multiple of the group.
  func entries(path: String, shape: [Int], scaleType: TensorType) -> [SafetensorsWriter.Entry] {
    let columns = shape.last ?? 1
    let rows = Array(shape.dropLast())
    let groups = rows + [columns / groupSize]
    var entries: [SafetensorsWriter.Entry] = [
      .init(name: "\(path).weight", type: .U32, shape: rows + [columns / 32 * bits]),
      .init(name: "\(path).scales", type: scaleType, shape: groups),
    ]
    if mode == .affine { entries.append(.init(name: "\(path).biases", type: scaleType, shape: groups)) }
    return entries
  }
}
