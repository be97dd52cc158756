import Checkpoint

/// A product with a weight matrix, and perhaps a bias: y = W x + b.
///
/// A class, so that threads share one reference. Only `LayerwiseModel` exchanges its weights, while nothing runs.
final class Linear {
  /// In the checkpoint, for example `model.layers.0.mlp.up_proj`.
  let path: String
  var matrix: WeightMatrix
  /// One number per row.
  let bias: [Float]?
  /// Whether the rows stand in another order than in the checkpoint.
  let isReordered: Bool

  init(path: String, matrix: WeightMatrix, bias: [Float]?, isReordered: Bool = false) {
    (self.path, self.matrix, self.bias, self.isReordered) = (path, matrix, bias, isReordered)
  }

  var rows: Int { matrix.rows }
  var columns: Int { matrix.columns }
  /// Bytes that one product reads.
  var byteCount: Int { matrix.byteCount }
}

/// Root mean square normalization (Zhang and Sennrich 2019): x / √(mean(x²) + ε) · weight.
struct Norm {
  let weight: [Float]
  let epsilon: Float

  /// The norm of an input that is multiplied with one factor first, and of a result that is with another.
  func scaled(input: Float = 1, result: Float = 1) -> Norm {
    Norm(weight: weight.map { $0 * result }, epsilon: epsilon / (input * input))
  }
}
