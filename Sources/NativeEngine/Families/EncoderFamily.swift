import Checkpoint
import Foundation

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

/// The models that the engine makes vectors with: families of encoders, and decoders whose folder says how.
public enum EncoderFamilies {
  private static var all: [any EncoderFamily.Type] { [BertFamily.self, ModernBertFamily.self] }

  public static var modelTypes: [String] { all.flatMap { $0.modelTypes } }

  /// Whether the model in a folder reads texts and generates none: an encoder, or a decoder with `modules.json`.
  public static func include(_ config: ModelConfig, in folder: URL) -> Bool {
    modelTypes.contains(config.modelType) || EmbeddingRecipe.isStated(in: folder)
  }

  /// Says why the engine cannot run a model with this configuration, before any weights are read.
  ///
  /// - Throws: `EngineError` or `CheckpointError`.
  static func check(_ config: ModelConfig) throws {
    if try family(of: config) == nil { _ = try Families.family(of: config) }
  }

  static func encoder(of folder: ModelFolder, kernels: Kernels) throws -> Encoder {
    let weights = WeightSource(FolderTensors(folder: folder, kernels: kernels), makesVectors: true)
    let encoder =
      if let family = try family(of: folder.config) {
        try family.encoder(weights, kernels: kernels)
      } else {
        try Encoder(Families.family(of: folder.config).decoder(weights))
      }
    try weights.checkUnused()
    return encoder
  }

  /// An encoder whose weights are not there; nil for a model of no family of encoders.
  ///
  /// - Throws: `EngineError` or `CheckpointError`.
  static func planned(_ tensors: PlannedTensors, kernels: Kernels) throws -> Encoder? {
    try family(of: tensors.config)?.encoder(WeightSource(tensors, makesVectors: true), kernels: kernels)
  }

  /// Nil for no family of encoders.
  private static func family(of config: ModelConfig) throws -> (any EncoderFamily)? {
    try all.first { $0.modelTypes.contains(config.modelType) }?.init(config)
  }
}
