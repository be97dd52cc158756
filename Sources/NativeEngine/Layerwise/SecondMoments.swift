import CKernels
import Checkpoint

/// Sums of products of a product's inputs: Σ x xᵀ over calibration tokens.
///
/// An error E of a matrix costs trace(E (Σ x xᵀ) Eᵀ) in its outputs' squared error.
public final class SecondMoments {
  public let features: Int
  public private(set) var tokens = 0
  /// [column / width][row][width]
  private let sums: FloatBuffer
  private let width: Int

  /// - Parameter model: The model whose kernels add.
  public init(features: Int, for model: LayerwiseModel) {
    self.features = features
    width = model.session.kernels.panel
    sums = FloatBuffer((features + width - 1) / width * features * width)
  }

  /// The inputs of some tokens, arranged for `add`.
  public struct Inputs: Sendable {
    let tokens: Int
    public let features: Int
    /// [feature][token]
    let rows: [Float]
    /// [feature / width][token][width]
    let columns: [Float]

    public init(_ activations: Activations) {
      let (tokens, features, width) = (activations.tokens, activations.features, activations.width)
      (self.tokens, self.features) = (tokens, features)
      rows = [Float](unsafeUninitializedCapacity: features * tokens) { buffer, count in
        for feature in 0..<features {
          for token in 0..<tokens { buffer[feature * tokens + token] = activations[feature, token] }
        }
        count = features * tokens
      }
      let size = (features + width - 1) / width * tokens * width
      columns = [Float](unsafeUninitializedCapacity: size) { buffer, count in
        buffer.update(repeating: 0)
        for feature in 0..<features {
          let column = feature / width * tokens * width + feature % width
          for token in 0..<tokens { buffer[column + token * width] = activations[feature, token] }
        }
        count = size
      }
    }
  }

  /// Adds the products of some tokens, on all of the model's threads.
  public func add(_ inputs: Inputs, with model: LayerwiseModel) {
    let session = model.session
    tokens += inputs.tokens
    inputs.rows.withUnsafeBytes { rows in
      inputs.columns.withUnsafeBufferPointer { columns in
        let matrix = rk_matrix(
          storage: RK_FLOAT32, bits: 0, group: 0, parameters: RK_FLOAT32, rows: Int64(features),
          columns: Int64(inputs.tokens), values: rows.baseAddress, scales: nil, biases: nil,
          layout: RK_ROWS)
        let size = 32
        let product = session.kernels.panelProduct(matrix, .float32)
        session.team.run { thread in
          thread.forEachTask((features + size - 1) / size) { task in
            withUnsafePointer(to: matrix) { matrix in
              product.multiply(
                matrix, columns.baseAddress, sums.base, Int64(features), Int64(features), Int64(task * size),
                Int64(min((task + 1) * size, features)), true, session.panels.perThread[thread.index].tile.base)
            }
          }
        }
      }
    }
  }

  /// The sums divided by the number of tokens, row-major.
  public func means() -> [Float] { sums(times: 1 / Float(max(tokens, 1))) }

  /// The means of few tokens mixed with those of noise of the same strength: directions that these tokens happen not to
  /// show are not taken for directions that never occur.
  ///
  /// The noise counts as many tokens as there are features. Source of the form: O. Ledoit and M. Wolf, *A well-conditioned
  /// estimator for large-dimensional covariance matrices*, 2004.
  public func shrunkMeans() -> [Float] {
    let count = Float(tokens + features)
    var means = sums(times: 1 / count)
    let trace = (0..<features).reduce(Float(0)) { $0 + means[$1 * features + $1] }
    let noise = tokens == 0 ? 1 : trace / Float(tokens)
    for feature in 0..<features { means[feature * features + feature] += noise }
    return means
  }

  private func sums(times scale: Float) -> [Float] {
    [Float](unsafeUninitializedCapacity: features * features) { buffer, count in
      for row in 0..<features {
        for column in 0..<features {
          buffer[row * features + column] =
            sums.base[(column / width * features + row) * width + column % width] * scale
        }
      }
      count = features * features
    }
  }
}
