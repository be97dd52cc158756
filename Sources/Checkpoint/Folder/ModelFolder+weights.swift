import Foundation
import JSON

extension ModelFolder {
  static let indexName = "model.safetensors.index.json"

  /// Maps the files that the index names or, without an index, all of `model*.safetensors`.
  static func loadWeights(in folder: URL) throws(CheckpointError) -> ([MappedFile], [String: TensorView]) {
    let index = folder.appendingPathComponent(indexName)
    if FileManager.default.fileExists(atPath: index.path) { return try loadIndexed(index, in: folder) }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    } catch {
      throw .unreadable(folder.path, reason: "its contents cannot be listed")
    }
    let weights = names.filter { $0.hasPrefix("model") && $0.hasSuffix(".safetensors") }.sorted()
    guard !weights.isEmpty else { throw .noWeights(folder: folder.path) }
    return try merge(weights, in: folder)
  }

  private static func loadIndexed(_ index: URL, in folder: URL) throws(CheckpointError) -> (
    [MappedFile], [String: TensorView]
  ) {
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
    let loaded = try merge(Set(owners.map(\.file)).sorted(), in: folder)
    for owner in owners where loaded.1[owner.tensor]?.file.url.lastPathComponent != owner.file {
      throw .missingTensor(owner.tensor, file: folder.appendingPathComponent(owner.file).path)
    }
    return loaded
  }

  private static func merge(_ names: [String], in folder: URL) throws(CheckpointError) -> (
    [MappedFile], [String: TensorView]
  ) {
    var tensors: [String: TensorView] = [:]
    var files: [MappedFile] = []
    for name in names {
      let weights = try SafetensorsFile(contentsOf: folder.appendingPathComponent(name))
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
