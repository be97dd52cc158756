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

  /// Opens a folder: reads its configuration, brings its weights into memory and checks every header.
  ///
  /// If there is a `generation_config.json` that names end-of-sequence tokens, they replace those of `config.json`. If
  /// `config.json` does not say whether the output layer is tied to the embedding, it is tied if and only if there is no
  /// `lm_head.weight`.
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
    let configURL = url.appendingPathComponent("config.json")
    let json = try JSONValue(contentsOf: configURL)
    var config = try ModelConfig(parsing: json, file: configURL.path)
    (weightFiles, tensors) = try Self.loadWeights(in: url, placement)
    if (json["tie_word_embeddings"] ?? .null) == .null {
      config.tieWordEmbeddings = tensors["lm_head.weight"] == nil
    }
    let generation = url.appendingPathComponent("generation_config.json")
    if FileManager.default.fileExists(atPath: generation.path) {
      let fields = ConfigFields(value: try JSONValue(contentsOf: generation), file: generation.path)
      let ids = try fields.tokenIDs("eos_token_id", vocabularySize: config.vocabularySize)
      if !ids.isEmpty { config.eosTokenIDs = ids }
    }
    self.config = config
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

/// Finding and merging the weight files.
extension ModelFolder {
  static let indexName = "model.safetensors.index.json"

  private typealias Weights = (files: [MappedFile], tensors: [String: TensorView])

  /// Loads the files that the index names or, without an index, all of `model*.safetensors`.
  private static func loadWeights(
    in folder: URL, _ placement: MappedFile.Placement
  ) throws(CheckpointError) -> Weights {
    let index = folder.appendingPathComponent(indexName)
    if FileManager.default.fileExists(atPath: index.path) { return try loadIndexed(index, in: folder, placement) }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    } catch {
      throw .unreadable(folder.path, reason: "its contents cannot be listed")
    }
    let weights = names.filter { $0.hasPrefix("model") && $0.hasSuffix(".safetensors") }.sorted()
    guard !weights.isEmpty else { throw .noWeights(folder: folder.path) }
    return try merge(weights, in: folder, placement)
  }

  private static func loadIndexed(
    _ index: URL, in folder: URL, _ placement: MappedFile.Placement
  ) throws(CheckpointError) -> Weights {
    guard let map = try JSONValue(contentsOf: index)["weight_map"]?.object else {
      throw .field(file: index.path, name: "weight_map", problem: "is missing or not an object")
    }
    var owners: [(tensor: String, file: String)] = []
    for member in map.members {
      // A plain name only: a path could lead out of the folder.
      guard let file = member.value.string, file.hasSuffix(".safetensors"), !file.contains("/"), !file.contains("\0")
      else {
        throw .field(file: index.path, name: "weight_map.\(member.name)", problem: "is not the name of a weight file")
      }
      owners.append((member.name, file))
    }
    guard !owners.isEmpty else { throw .noWeights(folder: folder.path) }
    let loaded = try merge(Set(owners.map(\.file)).sorted(), in: folder, placement)
    for owner in owners where loaded.tensors[owner.tensor]?.file.url.lastPathComponent != owner.file {
      throw .missingTensor(owner.tensor, file: folder.appendingPathComponent(owner.file).path)
    }
    return loaded
  }

  private static func merge(
    _ names: [String], in folder: URL, _ placement: MappedFile.Placement
  ) throws(CheckpointError) -> Weights {
    var tensors: [String: TensorView] = [:]
    var files: [MappedFile] = []
    for name in names {
      let weights = try SafetensorsFile(contentsOf: folder.appendingPathComponent(name), placement: placement)
      files.append(weights.file)
      for (tensorName, tensor) in weights.tensors {
        if let other = tensors.updateValue(tensor, forKey: tensorName) {
          throw .duplicateTensor(tensorName, files: [other.file.url.lastPathComponent, name])
        }
      }
    }
    return (files, tensors)
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
