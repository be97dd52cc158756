import Checkpoint
import CKernels

extension WeightSource {
  /// The matrices that each head of latent attention has for itself.
  ///
  /// Folders made before mlx-lm knew them hold one matrix per layer that expands latents to keys and values. It is taken
  /// apart as mlx-lm does it: keys are transposed, and what was quantized is quantized again.
  ///
  /// - Parameters:
  ///   - rank: Features of a latent.
  ///   - plain: Features of a head's key, without the rotated ones.
  ///   - value: Features of a head's value.
  /// - Throws: As `linear`; `EngineError.unsupported` for a format whose groups do not divide the transposed rows.
  func headMatrices(
    _ path: String, heads: Int, rank: Int, plain: Int, value: Int
  ) throws -> (absorption: Linear, expansion: Linear) {
    let joint = "\(path).kv_b_proj"
    guard has("\(joint).weight") else {
      return (
        try linear("\(path).embed_q", rows: rank, columns: plain, stacked: heads),
        try linear("\(path).unembed_out", rows: value, columns: rank, stacked: heads)
      )
    }
    let weight = try layerWeight(joint, columns: rank)
    let rows = plain + value
    guard weight.shape == [heads * rows, rank] else {
      throw EngineError.shape(tensor: "\(joint).weight", found: weight.shape, expected: [heads * rows, rank])
    }
    var keys = [Float](repeating: 0, count: heads * plain * rank)
    var values: [Float] = []
    values.reserveCapacity(heads * value * rank)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: rank) { row in
      row.initialize(repeating: 0)
      for index in 0..<heads * rows {
        weight.copyRow(index, into: row)
        let (head, feature) = (index / rows, index % rows)
        for latent in 0..<rank {
          let number = FloatStorage.round(row[latent], to: weight.floatType)
          if feature < plain {
            keys[(head * rank + latent) * plain + feature] = number
          } else {
            values.append(number)
          }
        }
      }
    }
    return (
      try matrix("\(path).embed_q", keys, like: weight, rows: heads * rank, columns: plain),
      try matrix("\(path).unembed_out", values, like: weight, rows: heads * value, columns: rank)
    )
  }

  /// A product with values in the format of a weight.
  private func matrix(
    _ path: String, _ values: [Float], like weight: LayerWeight, rows: Int, columns: Int
  ) throws -> Linear {
    let type = weight.floatType
    guard let format = weight.format else {
      return Linear(path: path, matrix: WeightMatrix(values, type: type, rows: rows, columns: columns), bias: nil)
    }
    guard format.mode == .affine, columns % format.groupSize == 0 else {
      throw EngineError.unsupported(
        "\(path) has to be made of kv_b_proj, but \(columns) columns cannot be quantized as \(format.description)")
    }
    let parts = QuantizedParts(affine: values, format: format, type: type)
    return Linear(
      path: path, matrix: WeightMatrix(parts, format: format, type: type, rows: rows, columns: columns), bias: nil)
  }
}
