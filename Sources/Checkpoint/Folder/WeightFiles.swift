import Foundation
import JSON

/// The weight files of a folder and their tensors.
///
/// mlx-lm loads all of `model*.safetensors`, whatever the index says. Where the index names other files, two engines
/// would load different weights under one name, so such a folder is refused.
struct WeightFiles: Sendable {
  let files: [MappedFile]
  let tensors: [String: TensorView]

  /// Brings the files into memory and checks their headers.
  ///
  /// - Throws: `.noWeights`, `.notFound`; `.field` for an index that is malformed or names other files than mlx-lm loads;
  ///   `.duplicateTensor`, `.missingTensor`, `.safetensors`.
  init(of names: WeightFileNames, placement: MappedFile.Placement) throws(CheckpointError) {
    try names.check()
    guard !names.loaded.isEmpty else { throw .noWeights(folder: names.folder.path) }
    var tensors: [String: TensorView] = [:]
    var files: [MappedFile] = []
    for name in names.loaded {
      let weights = try SafetensorsFile(contentsOf: names.folder.appendingPathComponent(name), placement: placement)
      files.append(weights.file)
      if tensors.isEmpty {
        tensors = weights.tensors
        continue
      }
      for (tensorName, tensor) in weights.tensors {
        if let other = tensors.updateValue(tensor, forKey: tensorName) {
          throw .duplicateTensor(tensorName, files: [other.file.url.lastPathComponent, name])
        }
      }
    }
    for (tensor, file) in names.index ?? [] where tensors[tensor]?.file.url.lastPathComponent != file {
      throw .missingTensor(tensor, file: names.folder.appendingPathComponent(file).path)
    }
    (self.files, self.tensors) = (files, tensors)
  }

  /// As much as can be read of a folder that is refused; of tensors that are there twice, one.
  init(readableOf names: WeightFileNames) {
    var tensors: [String: TensorView] = [:]
    var files: [MappedFile] = []
    for name in names.loaded {
      guard let weights = try? SafetensorsFile(contentsOf: names.folder.appendingPathComponent(name)) else { continue }
      files.append(weights.file)
      tensors.merge(weights.tensors) { first, _ in first }
    }
    (self.files, self.tensors) = (files, tensors)
  }
}

/// Which files of a folder hold weights, by their names and by the index.
struct WeightFileNames: Sendable {
  static let indexName = "model.safetensors.index.json"

  let folder: URL
  /// The file of each tensor, in the index's order; nil without an index.
  let index: [(tensor: String, file: String)]?
  /// What mlx-lm loads: `model*.safetensors`, sorted.
  let matching: [String]
  /// Other `*.safetensors`, sorted.
  let others: [String]

  /// - Throws: `.unreadable`; `.json` or `.field` for a malformed index.
  init(in folder: URL) throws(CheckpointError) {
    self.folder = folder
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    } catch {
      throw .unreadable(folder.path, reason: "its contents cannot be listed")
    }
    let weights = names.filter { $0.hasSuffix(".safetensors") && !$0.hasPrefix(".") }.sorted()
    matching = weights.filter { $0.hasPrefix("model") }
    others = weights.filter { !$0.hasPrefix("model") }
    index = names.contains(Self.indexName) ? try Self.owners(folder.appendingPathComponent(Self.indexName)) : nil
  }

  /// Without an index, or in place of a malformed one.
  init(matchingIn folder: URL) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    self.folder = folder
    matching = names.filter { $0.hasPrefix("model") && $0.hasSuffix(".safetensors") }.sorted()
    (index, others) = (nil, [])
  }

  private static func owners(_ url: URL) throws(CheckpointError) -> [(tensor: String, file: String)] {
    guard let map = try JSONValue(contentsOf: url)["weight_map"]?.object else {
      throw .field(file: url.path, name: "weight_map", problem: "is missing or not an object")
    }
    var owners: [(tensor: String, file: String)] = []
    for member in map.members {
      // A plain name only: a path could lead out of the folder.
      guard let file = member.value.string, file.hasSuffix(".safetensors"), !file.contains("/"), !file.contains("\0")
      else {
        throw .field(file: url.path, name: "weight_map.\(member.name)", problem: "is not the name of a weight file")
      }
      owners.append((member.name, file))
    }
    return owners
  }

  /// The files that the index names or, without an index, all of `model*.safetensors`; sorted.
  var loaded: [String] { index.map { Set($0.map(\.file)).sorted() } ?? matching }

  /// Checks that the index names the files that mlx-lm loads.
  ///
  /// - Throws: `.notFound` for a file that is missing; `.field` with the index if the two sets differ.
  func check() throws(CheckpointError) {
    guard index != nil else { return }
    let path = folder.appendingPathComponent(Self.indexName).path
    let strays = matching.filter { !loaded.contains($0) }
    let missing = loaded.filter { !matching.contains($0) && !others.contains($0) }
    if let first = missing.first {
      guard !strays.isEmpty else { throw .notFound(folder.appendingPathComponent(first).path) }
      throw .field(
        file: path, name: "weight_map",
        problem: "names \(Self.list(missing)), which is missing, while the folder holds \(Self.list(strays)): "
          + "fetch what is missing, or remove the index if it is stale")
    }
    if !strays.isEmpty {
      throw .field(
        file: path, name: "weight_map",
        problem: "leaves out \(Self.list(strays)), which mlx-lm loads as well, since it loads all of "
          + "model*.safetensors: remove the stale file")
    }
    let unmatched = loaded.filter { !matching.contains($0) }
    if !unmatched.isEmpty {
      throw .field(
        file: path, name: "weight_map",
        problem: "names \(Self.list(unmatched)), which mlx-lm does not load, since it loads model*.safetensors only: "
          + "rename the file here and in the index")
    }
  }

  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(3).joined(separator: ", ")
    return names.count > 3 ? "\(shown) and \(names.count - 3) more" : shown
  }
}
