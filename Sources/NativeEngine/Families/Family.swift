import CKernels
import Checkpoint

/// A family of models: how its configuration and the names of its weights become a `Decoder`.
protocol Family {
  /// The names under `model_type` in config.json.
  static var modelTypes: [String] { get }

  /// Reads the configuration; no weights are looked at.
  ///
  /// - Throws: `CheckpointError` for a missing or impossible member, `EngineError.unsupported` for what the engine does not
  ///   compute.
  init(_ config: ModelConfig) throws

  /// - Throws: `CheckpointError` for a missing or damaged tensor, `EngineError` for a wrong shape or storage.
  func decoder(_ weights: WeightSource) throws -> Decoder
}

/// The families that the engine runs.
public enum Families {
  static var all: [any Family.Type] {
    [
      DenseFamily.self, MixtureFamily.self, DeltaNetFamily.self, SinkFamily.self, GemmaFamily.self,
      Gemma4Family.self, ConvolutionFamily.self, GraniteFamily.self, StateSpaceFamily.self,
      GLMFamily.self, MiniMaxFamily.self, LatentFamily.self,
    ]
  }

  public static var modelTypes: [String] { all.flatMap { $0.modelTypes } }

  /// Says why the engine cannot run a model with this configuration, before any weights are read.
  ///
  /// - Throws: `EngineError` or `CheckpointError`.
  public static func check(_ config: ModelConfig) throws { _ = try family(of: config) }

  /// Says why the engine cannot run the model in a folder, be it a decoder or an encoder, without memory for anything but its
  /// vectors.
  ///
  /// - Throws: `EngineError`, `CheckpointError` or `EmbeddingRecipeError`.
  public static func check(_ folder: ModelFolder) throws {
    let kernels = try Kernels(named: nil)
    guard EncoderFamilies.include(folder.config, in: folder.url) else {
      _ = try decoder(of: folder, kernels: kernels)
      return
    }
    _ = try EmbeddingRecipe(contentsOf: folder.url, hiddenSize: folder.config.hiddenSize)
    _ = try EncoderFamilies.encoder(of: folder, kernels: kernels)
  }

  static func decoder(of folder: ModelFolder, kernels: Kernels) throws -> Decoder {
    guard folder.config.isCausal else {
      throw EngineError.unsupported(
        "config.json says that tokens see later ones: the model makes vectors of texts and generates none, but the folder "
          + "has no modules.json that says how")
    }
    let family = try family(of: folder.config)
    let weights = WeightSource(FolderTensors(folder: folder, kernels: kernels))
    let decoder = try family.decoder(weights)
    try weights.checkUnused()
    return decoder
  }

  static func family(of config: ModelConfig) throws -> any Family {
    guard !EncoderFamilies.modelTypes.contains(config.modelType) else {
      throw EngineError.unsupported("\(config.modelType) is an encoder: it makes vectors of texts and generates none")
    }
    guard let family = all.first(where: { $0.modelTypes.contains(config.modelType) }) else {
      throw EngineError.architecture(config.modelType, supported: modelTypes + EncoderFamilies.modelTypes)
    }
    return try family.init(config)
  }
}
