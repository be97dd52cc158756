import Foundation
import JSON

extension ModelInspection {
  /// Looks at a folder's configuration and tensor headers; weights are not read.
  ///
  /// - Parameter manifest: Its hash becomes part of the result.
  /// - Throws: `CheckpointError` for layers whose parts do not fit, or a malformed `resident-lane.json`.
  public init(of folder: ModelFolder, manifest: WeightManifest? = nil) throws(CheckpointError) {
    let config = folder.config
    architecture = config.architectures.first ?? config.modelType
    layerCount = config.layerCount
    hiddenSize = config.hiddenSize
    attentionHeadCount = config.attentionHeadCount
    keyValueHeadCount = config.keyValueHeadCount
    headDimension = config.headDimension
    vocabularySize = config.vocabularySize
    contextLength = config.maxPositionEmbeddings
    storages = try Self.storages(of: folder)
    let record = folder.url.appendingPathComponent(LaneRecord.fileName)
    lane =
      FileManager.default.fileExists(atPath: record.path)
      ? try LaneRecord(parsing: JSONValue(contentsOf: record), file: record.path) : nil
    manifestHash = manifest?.hash
  }

  private static func storages(of folder: ModelFolder) throws(CheckpointError) -> [Storage] {
    var totals: [String: (tensors: Int, parameters: Int, bytes: Int)] = [:]
    func add(_ format: String, tensors: Int, parameters: Int, bytes: Int) {
      let old = totals[format] ?? (0, 0, 0)
      totals[format] = (old.tensors + tensors, old.parameters + parameters, old.bytes + bytes)
    }
    for (name, tensor) in folder.tensors where !folder.isQuantizationPart(name) {
      let path = String(name.dropLast(".weight".count))
      if name.hasSuffix(".weight"), folder.tensors["\(path).scales"] != nil {
        let weight = try folder.weight(of: path)
        let format = weight.format?.description ?? tensor.type.rawValue
        add(format, tensors: 1, parameters: weight.rowCount * weight.columnCount, bytes: weight.byteCount)
      } else {
        add(tensor.type.rawValue, tensors: 1, parameters: tensor.elementCount, bytes: tensor.bytes.count)
      }
    }
    return totals.map {
      Storage(
        format: $0.key, tensorCount: $0.value.tensors, parameterCount: $0.value.parameters, byteCount: $0.value.bytes)
    }.sorted { ($1.byteCount, $0.format) < ($0.byteCount, $1.format) }
  }
}
