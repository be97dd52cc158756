extension QuantizationFormat {
  /// Bytes of a quantized layer of this shape with scales of this type; nil where the groups do not divide its rows.
  public func byteCount(rows: Int, columns: Int, scaleType: TensorType) -> Int? {
    guard columns % groupSize == 0 else { return nil }
    return entries(path: "", shape: [rows, columns], scaleType: scaleType)
      .reduce(0) { $0 + $1.shape.reduce($1.type.byteWidth, *) }
  }

  /// The tensors of a quantized layer whose weight has this shape; the last dimension must be a multiple of the group.
  func entries(path: String, shape: [Int], scaleType floats: TensorType) -> [SafetensorsWriter.Entry] {
    let scaleType = mode == .affine ? floats : .U8
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
