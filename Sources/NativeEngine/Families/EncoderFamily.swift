import CKernels
import Checkpoint

/// A family of encoders: how its configuration and the names of its weights become an `Encoder`.
protocol EncoderFamily {
  /// The names under `model_type` in config.json.
  static var modelTypes: [String] { get }

  /// Reads the configuration; no weights are looked at.
  ///
  /// - Throws: `CheckpointError` for a missing or impossible member, `EngineError.unsupported` for what the engine does not
  ///   compute.
  init(_ config: ModelConfig) throws

  /// - Throws: `CheckpointError` for a missing or damaged tensor, `EngineError` for a wrong shape or storage.
  func encoder(_ weights: WeightSource, kernels: Kernels) throws -> Encoder
}

/// The families of encoders that the engine runs.
public enum EncoderFamilies {
  private static var all: [any EncoderFamily.Type] { [BertFamily.self] }

  public static var modelTypes: [String] { all.flatMap { $0.modelTypes } }

  /// Whether a model of that type reads texts and generates none.
  public static func include(_ config: ModelConfig) -> Bool { modelTypes.contains(config.modelType) }

  /// Says why the engine cannot run a model with this configuration, before any weights are read.
  ///
  /// - Throws: `EngineError` or `CheckpointError`.
  static func check(_ config: ModelConfig) throws { _ = try family(of: config) }

  static func encoder(of folder: ModelFolder, kernels: Kernels) throws -> Encoder {
    let family = try family(of: folder.config)
    let weights = WeightSource(FolderTensors(folder: folder, kernels: kernels))
    let encoder = try family.encoder(weights, kernels: kernels)
    try weights.checkUnused()
    return encoder
  }

  private static func family(of config: ModelConfig) throws -> any EncoderFamily {
    guard let family = all.first(where: { $0.modelTypes.contains(config.modelType) }) else {
      throw EngineError.architecture(config.modelType, supported: modelTypes)
    }
    return try family.init(config)
  }
}

extension WeightSource {
  /// A norm that takes the mean away, with the bias that stands beside it if there is one.
  func centeredNorm(_ path: String, epsilon: Double? = nil) throws -> CenteredNorm {
    let count = config.hiddenSize
    return CenteredNorm(
      weight: try floats(named: "\(path).weight", shape: [count]),
      bias: has("\(path).bias") ? try floats(named: "\(path).bias", shape: [count]) : nil,
      epsilon: Float(epsilon ?? config.rmsNormEpsilon))
  }

  /// All rows of a small embedding, plain or quantized.
  func rows(_ path: String, count: Int, kernels: Kernels) throws -> [Float] {
    let embedding = try linear(path, rows: count, columns: config.hiddenSize)
    return (0..<count).flatMap { row in
      withUnsafePointer(to: embedding.matrix.matrix) { matrix in
        [Float](unsafeUninitializedCapacity: config.hiddenSize) { buffer, filled in
          kernels.functions.dequantize_row(matrix, Int64(row), buffer.baseAddress)
          filled = config.hiddenSize
        }
      }
    }
  }
}
