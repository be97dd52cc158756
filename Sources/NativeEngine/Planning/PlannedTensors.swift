import Checkpoint

/// The tensors that a family asks for, of a model whose weights are not there.
///
/// Matrices have a shape and a storage and no bytes; what a family computes with has zeros. Biases are left out: no
/// configuration says of all of them whether they are there, and they are below a thousandth of any model.
final class PlannedTensors: TensorSource {
  /// A tensor, in the order in which it was asked for.
  struct Tensor {
    let name: String
    /// Logical weights.
    let parameterCount: Int
    /// Nil for floats.
    let format: QuantizationFormat?
    /// Codes, scales and biases.
    let byteCount: Int
  }

  let config: ModelConfig
  /// How weights that are not quantized are stored.
  let floatType: TensorType
  private(set) var tensors: [Tensor] = []

  var names: any Collection<String> { [] }

  init(_ config: ModelConfig) {
    self.config = config
    let sections = [config.fields.value, .object(config.json)]
    let type = sections.flatMap { [$0["dtype"], $0["torch_dtype"]] }.lazy.compactMap { $0?.string }.first
    floatType =
      switch type {
      case "float32": .F32
      case "float16": .F16
      default: .BF16
      }
  }

  func has(_ name: String) -> Bool { false }

  func matrix(_ path: String, stacked: Int?, rows: Int, columns: Int) -> WeightMatrix {
    let format = config.quantization?.format(of: path).flatMap { columns % $0.groupSize == 0 ? $0 : nil }
    let matrix = WeightMatrix(
      planned: format, type: floatType, stacked: stacked ?? 1, rows: (stacked ?? 1) * rows, columns: columns)
    tensors.append(
      Tensor(name: path, parameterCount: matrix.rows * columns, format: format, byteCount: matrix.byteCount))
    return matrix
  }

  func layerWeight(_ path: String, columns: Int) throws -> LayerWeight {
    throw EngineError.unsupported("\(path) cannot be taken apart before it is there")
  }

  func floats(_ name: String, shapes: [[Int]]) -> [Float] {
    let count = shapes[0].reduce(1, *)
    tensors.append(
      Tensor(name: name, parameterCount: count, format: nil, byteCount: count * floatType.byteWidth))
    return Array(repeating: 0, count: count)
  }
}
