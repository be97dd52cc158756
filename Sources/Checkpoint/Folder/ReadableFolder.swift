import Foundation
import JSON

/// What can be read of a folder, whether it can be loaded or not.
struct ReadableFolder {
  let url: URL
  /// The contents of `config.json`; null if there is none that can be read.
  let config: JSONValue
  let weightFiles: [MappedFile]
  let layers: LayerTable
  let warnings: [FolderWarning]
  /// Why the folder cannot be loaded, nil if it can.
  let problem: CheckpointError?

  init(_ folder: ModelFolder) {
    url = folder.url
    config = .object(folder.config.json)
    (weightFiles, layers, warnings) = (folder.weightFiles, folder.layers, folder.warnings)
    problem = nil
  }

  /// - Throws: `.notFound` or `.notAFolder`.
  init(contentsOf url: URL) throws(CheckpointError) {
    let folder: ModelFolder
    do throws(CheckpointError) {
      folder = try ModelFolder(contentsOf: url)
    } catch {
      if error == .notFound(url.path) || error == .notAFolder(url.path) { throw error }
      self.init(refused: url, error)
      return
    }
    self.init(folder)
  }

  private init(refused url: URL, _ problem: CheckpointError) {
    let names = (try? WeightFileNames(in: url)) ?? WeightFileNames(matchingIn: url)
    let weights = WeightFiles(readableOf: names)
    let config = (try? JSONValue(contentsOf: url.appendingPathComponent("config.json"))) ?? .null
    let quantization = Self.quantization(config)
    (self.url, self.config, self.problem) = (url, config, problem)
    weightFiles = weights.files
    layers = LayerTable(folder: url, tensors: weights.tensors, quantization: quantization)
    warnings =
      FolderWarning.quantization(quantization, of: weights.tensors)
      + FolderWarning.weights(of: config["model_type"]?.string, weights.tensors)
  }

  private static func quantization(_ config: JSONValue) -> QuantizationConfig? {
    for owner in [config, config["text_config"] ?? .null] {
      for name in ["quantization", "quantization_config"] {
        guard let section = owner[name] else { continue }
        if let read = try? QuantizationConfig(parsing: section, field: name, file: "config.json") { return read }
      }
    }
    return nil
  }

  /// The section of `config.json` that describes the decoder, with what its family takes for missing members.
  var decoder: ConfigFields {
    let section = ModelConfig.decoderSection(config, config["model_type"]?.string ?? "")
    return ConfigFields(value: section, file: url.appendingPathComponent("config.json").path)
  }
}
