import Foundation
import JSON
import Measurements
import Platform
import Runner

/// A model that another program keeps on this machine.
struct FoundModel {
  enum Form {
    /// A folder as it is published, which is used where it lies.
    case folder
    /// One GGUF file, which is converted.
    case gguf
  }

  let id: ModelID
  let url: URL
  let form: Form
  /// Who keeps it.
  let keeper: String
}

/// The models in the folders of Hugging Face, LM Studio and Ollama.
struct FoundModels {
  /// By id; of two with one id, the first place's.
  let models: [FoundModel]

  /// - Parameters:
  ///   - home: The user's home folder.
  ///   - environment: For the variables by which these programs' folders are moved.
  init(home: URL, environment: [String: String]) {
    var hubs: [URL] = []
    if let path = environment["HF_HUB_CACHE"], !path.isEmpty { hubs.append(URL(fileURLWithPath: path)) }
    if let path = environment["HF_HOME"], !path.isEmpty {
      hubs.append(URL(fileURLWithPath: path).appending(path: "hub"))
    }
    hubs.append(home.appending(path: ".cache/huggingface/hub"))
    let studios = [".lmstudio/models", ".cache/lm-studio/models"].map { home.appending(path: $0) }
    let ollama =
      environment["OLLAMA_MODELS"].map { URL(fileURLWithPath: $0) } ?? home.appending(path: ".ollama/models")
    var models: [FoundModel] = []
    var seen: Set<ModelID> = []
    let all = hubs.flatMap(Self.hub) + studios.flatMap(Self.studio) + Self.ollama(ollama)
    for model in all where seen.insert(model.id).inserted { models.append(model) }
    self.models = models.sorted { $0.id < $1.id }
  }

  /// The newest snapshot of each repository: `models--ORG--NAME/snapshots/REVISION`
  /// (huggingface_hub, "Understand caching").
  private static func hub(_ folder: URL) -> [FoundModel] {
    names(in: folder).compactMap { name in
      guard name.hasPrefix("models--") else { return nil }
      let id = name.dropFirst("models--".count).replacing("--", with: "/", maxReplacements: 1)
      let repository = folder.appending(path: name)
      let named = try? String(decoding: RegularFile.read(repository.appending(path: "refs/main").path), as: UTF8.self)
      let revisions =
        [named].compactMap { $0?.trimmingCharacters(in: .whitespacesAndNewlines) }
        + names(in: repository.appending(path: "snapshots"))
      let snapshots = revisions.map { repository.appending(path: "snapshots/\($0)") }
      return snapshots.first(where: ModelLibrary.isModel).map {
        FoundModel(id: ModelID(rawValue: String(id)), url: $0, form: .folder, keeper: "Hugging Face")
      }
    }
  }

  /// `ORG/NAME` with a folder of safetensors or GGUF files.
  private static func studio(_ folder: URL) -> [FoundModel] {
    names(in: folder).flatMap { organization in
      names(in: folder.appending(path: organization)).flatMap { name -> [FoundModel] in
        let model = folder.appending(path: "\(organization)/\(name)")
        let id = ModelID(rawValue: "\(organization)/\(name)")
        if ModelLibrary.isModel(model) { return [FoundModel(id: id, url: model, form: .folder, keeper: "LM Studio")] }
        return names(in: model).filter { $0.hasSuffix(".gguf") && !$0.hasPrefix("mmproj") }.map { file in
          let stem = String(file.dropLast(".gguf".count))
          return FoundModel(
            id: ModelID(rawValue: "\(organization)/\(stem)"), url: model.appending(path: file), form: .gguf,
            keeper: "LM Studio")
        }
      }
    }
  }

  /// Each tag is a manifest of layers; the model is the layer of its own media type
  /// (the manifests are those of the OCI image specification).
  private static func ollama(_ folder: URL) -> [FoundModel] {
    let library = folder.appending(path: "manifests/registry.ollama.ai/library")
    return names(in: library).flatMap { name in
      names(in: library.appending(path: name)).compactMap { tag -> FoundModel? in
        let manifest = library.appending(path: "\(name)/\(tag)")
        guard let data = try? RegularFile.read(manifest.path, upTo: 1 << 20),
          let json = try? JSONValue(parsing: data),
          let layer = json["layers"]?.array?.first(where: {
            $0["mediaType"]?.string == "application/vnd.ollama.image.model"
          }), let digest = layer["digest"]?.string, !digest.contains("/")
        else { return nil }
        let blob = folder.appending(path: "blobs/\(digest.replacing(":", with: "-"))")
        guard FileManager.default.fileExists(atPath: blob.path) else { return nil }
        return FoundModel(id: ModelID(rawValue: "\(name)-\(tag)"), url: blob, form: .gguf, keeper: "Ollama")
      }
    }
  }

  private static func names(in folder: URL) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter { !$0.hasPrefix(".") }.sorted()
  }
}
