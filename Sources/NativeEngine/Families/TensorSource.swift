import CKernels
import Checkpoint

/// Where the tensors of a model come from.
protocol TensorSource {
  var config: ModelConfig { get }
  /// The names of all tensors that are there.
  var names: any Collection<String> { get }

  func has(_ name: String) -> Bool

  /// The weights under a path, e.g. `model.layers.0.mlp.up_proj`.
  ///
  /// - Parameter stacked: Matrices that stand below each other; nil for a matrix by itself.
  /// - Throws: `CheckpointError` for a missing or non-finite tensor, `EngineError` for a wrong shape or storage.
  func matrix(_ path: String, stacked: Int?, rows: Int, columns: Int) throws -> WeightMatrix

  /// The weight of a layer, which may be taken apart.
  ///
  /// - Throws: `CheckpointError`.
  func layerWeight(_ path: String, columns: Int) throws -> LayerWeight

  /// A plain tensor in single precision.
  ///
  /// - Parameter shapes: The shapes that it may have.
  /// - Throws: `CheckpointError` for a missing or non-finite tensor, `EngineError` for a wrong shape or storage.
  func floats(_ name: String, shapes: [[Int]]) throws -> [Float]
}

/// The tensors of a model folder.
struct FolderTensors: TensorSource {
  let folder: ModelFolder
  let kernels: Kernels

  var config: ModelConfig { folder.config }
  var names: any Collection<String> { folder.tensors.keys }

  func has(_ name: String) -> Bool { folder.tensors[name] != nil }

  func matrix(_ path: String, stacked: Int?, rows: Int, columns: Int) throws -> WeightMatrix {
    try WeightMatrix(path, in: folder, stacked: stacked, rows: rows, columns: columns)
  }

  func layerWeight(_ path: String, columns: Int) throws -> LayerWeight {
    let weight = try folder.weight(of: path, columnCount: columns)
    try weight.validateFinite()
    return weight
  }

  func floats(_ name: String, shapes: [[Int]]) throws -> [Float] {
    let tensor = try folder.tensor(name)
    guard shapes.contains(tensor.shape) else {
      throw EngineError.shape(tensor: name, found: tensor.shape, expected: shapes.last ?? [])
    }
    try tensor.validateFinite()
    guard let values = tensor.floats(kernels) else {
      throw EngineError.storage(tensor: name, found: tensor.type.rawValue)
    }
    return values
  }
}
