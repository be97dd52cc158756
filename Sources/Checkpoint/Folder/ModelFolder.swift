import Foundation
import JSON

/// A folder as MLX and Hugging Face publish models: `config.json`, `model*.safetensors` and the tokenizer's files.
public struct ModelFolder: Sendable {
  public let url: URL
  public let config: ModelConfig
  /// Every weight by name, over all weight files.
  public let tensors: [String: TensorView]
  /// The weight files that `tensors` point into, by name.
  public let weightFiles: [MappedFile]
  /// What is odd about the folder, but no reason to refuse it.
  public let warnings: [FolderWarning]

  /// Opens a folder: reads its configuration, brings its weights into memory and checks every header.
  ///
  /// If there is a `generation_config.json` that names end-of-sequence tokens, they replace those of `config.json`. If
  /// `config.json` does not say whether the output layer is tied to the embedding, it is tied if and only if there is no
  /// `lm_head.weight`. An index must name the files that mlx-lm loads: all of `model*.safetensors`.
  ///
  /// - Parameter placement: Where the weights stand.
  /// - Throws: `CheckpointError` with the file, and the tensor or field.
  public init(contentsOf url: URL, placement: MappedFile.Placement = .cache) throws(CheckpointError) {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory) else {
      throw .notFound(url.path)
    }
    guard isDirectory.boolValue else { throw .notAFolder(url.path) }
    self.url = url
    var config = try ModelConfig(contentsOf: url)
    let names = try WeightFileNames(in: url)
    let weights = try WeightFiles(of: names, placement: placement)
    (weightFiles, tensors) = (weights.files, weights.tensors)
    if !config.fields.has("tie_word_embeddings"), (config.json["tie_word_embeddings"] ?? .null) == .null {
      config.tieWordEmbeddings = !tensors.keys.contains { $0.hasSuffix("lm_head.weight") }
    }
    let generation = url.appendingPathComponent("generation_config.json")
    if FileManager.default.fileExists(atPath: generation.path) {
      let fields = ConfigFields(value: try JSONValue(contentsOf: generation), file: generation.path)
      let ids = try fields.tokenIDs("eos_token_id", vocabularySize: config.vocabularySize)
      if !ids.isEmpty { config.eosTokenIDs = ids }
    }
    self.config = config
    warnings =
      FolderWarning.quantization(config.quantization, of: tensors)
      + FolderWarning.weights(of: config.modelType, tensors)
      + (names.others.isEmpty ? [] : [.unloadedFiles(names.others)])
  }

  /// The URL of `tokenizer.json`, whether it exists or not.
  public var tokenizerURL: URL { url.appendingPathComponent("tokenizer.json") }

  /// The URL of `tokenizer_config.json`, whether it exists or not.
  public var tokenizerConfigURL: URL { url.appendingPathComponent("tokenizer_config.json") }

  /// The URL of `chat_template.jinja`, which some folders hold instead of a template in the tokenizer's configuration.
  public var chatTemplateURL: URL { url.appendingPathComponent("chat_template.jinja") }

  /// The tensor of that name.
  ///
  /// - Throws: `.missingTensor`.
  public func tensor(_ name: String) throws(CheckpointError) -> TensorView {
    guard let tensor = tensors[name] else { throw .missingTensor(name, file: url.path) }
    return tensor
  }
}

extension JSONValue {
  /// Parses a file.
  ///
  /// - Throws: `.notFound`, `.unreadable` or `.json`.
  init(contentsOf url: URL) throws(CheckpointError) {
    let file = try MappedFile(contentsOf: url)
    do throws(JSONError) {
      self = try file.withBytes { bytes throws(JSONError) in try JSONValue(parsing: bytes) }
    } catch {
      throw .json(file: url.path, error)
    }
  }
}
