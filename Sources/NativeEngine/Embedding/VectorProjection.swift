import Checkpoint
import Foundation

/// A projection of pooled vectors, whose weights stand in a folder of their own.
struct VectorProjection {
  private let projection: EmbeddingRecipe.Projection
  /// By output, then input.
  private let weights: [Float]
  private let bias: [Float]?

  /// - Throws: `CheckpointError` for missing weights, `EngineError` for a wrong shape.
  init(_ projection: EmbeddingRecipe.Projection, in folder: URL) throws {
    self.projection = projection
    let file = folder.appendingPathComponent(projection.folder).appendingPathComponent("model.safetensors")
    let tensors = try SafetensorsFile(contentsOf: file).tensors
    let kernels = try Kernels(named: nil)
    func floats(_ name: String, _ shape: [Int]) throws -> [Float] {
      guard let tensor = tensors[name] else { throw CheckpointError.missingTensor(name, file: file.path) }
      guard tensor.shape == shape else {
        throw EngineError.shape(tensor: name, found: tensor.shape, expected: shape)
      }
      try tensor.validateFinite()
      guard let values = tensor.floats(kernels) else {
        throw EngineError.storage(tensor: name, found: tensor.type.rawValue)
      }
      return values
    }
    weights = try floats("linear.weight", [projection.outputs, projection.inputs])
    bias = projection.hasBias ? try floats("linear.bias", [projection.outputs]) : nil
  }

  func apply(_ vector: [Float]) -> [Float] {
    vector.withUnsafeBufferPointer { vector in
      weights.withUnsafeBufferPointer { weights in
        (0..<projection.outputs).map { output in
          let row = UnsafeBufferPointer(
            rebasing: weights[output * projection.inputs..<(output + 1) * projection.inputs])
          let sum = Self.product(row, vector) + (bias?[output] ?? 0)
          return projection.activation == .tanh ? tanh(sum) : sum
        }
      }
    }
  }

  /// In sixteen sums, so that they need not wait for each other.
  private static func product(_ one: UnsafeBufferPointer<Float>, _ other: UnsafeBufferPointer<Float>) -> Float {
    let lanes = SIMD16<Float>.scalarCount
    var sums = SIMD16<Float>.zero
    let whole = one.count / lanes * lanes
    for first in stride(from: 0, to: whole, by: lanes) {
      for lane in 0..<lanes { sums[lane] += one[first + lane] * other[first + lane] }
    }
    return (whole..<one.count).reduce(sums.sum()) { $0 + one[$1] * other[$1] }
  }
}
