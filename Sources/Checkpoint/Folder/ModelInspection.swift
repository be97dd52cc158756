import Foundation
import JSON

/// What a model folder holds, in numbers: its shape, its size by storage format, and what a token of context costs.
public struct ModelInspection: Sendable, Equatable {
  /// The tensors that share one storage format.
  public struct Storage: Sendable, Equatable {
    /// For example `affine 4-bit g64`, or `BF16` for plain floats.
    public let format: String
    public let tensorCount: Int
    public let parameterCount: Int
    /// Codes, scales and biases.
    public let byteCount: Int
  }

  public let architecture: String
  public let layerCount: Int
  public let hiddenSize: Int
  public let attentionHeadCount: Int
  public let keyValueHeadCount: Int
  public let headDimension: Int
  public let vocabularySize: Int
  /// In tokens.
  public let contextLength: Int
  /// Largest first.
  public let storages: [Storage]
  /// How the folder says it was made, nil if it does not say.
  public let lane: LaneRecord?
  /// The manifest's hash, nil if it was not computed.
  public let manifestHash: String?

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
    func add(_ format: String, parameters: Int, bytes: Int) {
      let old = totals[format] ?? (0, 0, 0)
      totals[format] = (old.tensors + 1, old.parameters + parameters, old.bytes + bytes)
    }
    for (name, tensor) in folder.tensors where !folder.isQuantizationPart(name) {
      let path = String(name.dropLast(".weight".count))
      if name.hasSuffix(".weight"), folder.tensors["\(path).scales"] != nil {
        let weight = try folder.weight(of: path)
        let format = weight.format?.description ?? tensor.type.rawValue
        add(format, parameters: weight.rowCount * weight.columnCount, bytes: weight.byteCount)
      } else {
        add(tensor.type.rawValue, parameters: tensor.elementCount, bytes: tensor.bytes.count)
      }
    }
    return totals.map {
      Storage(
        format: $0.key, tensorCount: $0.value.tensors, parameterCount: $0.value.parameters, byteCount: $0.value.bytes)
    }.sorted { ($1.byteCount, $0.format) < ($0.byteCount, $1.format) }
  }

  /// Logical weights: codes of quantized layers, elements of the rest.
  public var parameterCount: Int { storages.reduce(0) { $0 + $1.parameterCount } }

  /// Bytes of all tensors.
  public var byteCount: Int { storages.reduce(0) { $0 + $1.byteCount } }

  /// Stored bits per logical weight, scales and biases included.
  public var bitsPerWeight: Double {
    parameterCount == 0 ? 0 : Double(byteCount) * 8 / Double(parameterCount)
  }

  /// Bytes that one token takes in an unquantized KV cache.
  ///
  /// - Parameter elementBytes: 4 for single, 2 for half precision.
  public func cacheBytesPerToken(elementBytes: Int) -> Int {
    CacheShape(layerCount: layerCount, keyValueHeadCount: keyValueHeadCount, headDimension: headDimension)
      .byteCount(tokens: 1, elementBytes: elementBytes)
  }
}

/// Output for programs and for people.
extension ModelInspection {
  /// All numbers, for programs.
  public var json: JSONValue {
    [
      "architecture": .string(architecture), "parameters": .integer(parameterCount), "bytes": .integer(byteCount),
      "bits_per_weight": .number(bitsPerWeight), "layers": .integer(layerCount), "hidden_size": .integer(hiddenSize),
      "attention_heads": .integer(attentionHeadCount), "key_value_heads": .integer(keyValueHeadCount),
      "head_dimension": .integer(headDimension), "vocabulary": .integer(vocabularySize),
      "context_length": .integer(contextLength),
      "kv_bytes_per_token": [
        "fp32": .integer(cacheBytesPerToken(elementBytes: 4)), "fp16": .integer(cacheBytesPerToken(elementBytes: 2)),
      ],
      "storage": .array(storages.map(\.json)), "lane": lane?.json ?? .null,
      "manifest": manifestHash.map { .string($0) } ?? .null,
    ]
  }

  /// The same as a table, for people.
  public var table: String {
    var rows = [
      ("architecture", architecture), ("parameters", String(parameterCount)), ("bytes", String(byteCount)),
      ("bits per weight", String(format: "%.3f", bitsPerWeight)), ("layers", String(layerCount)),
      ("heads", "\(attentionHeadCount) (\(keyValueHeadCount) key-value) of \(headDimension)"),
      ("hidden size", String(hiddenSize)), ("vocabulary", String(vocabularySize)),
      ("context length", "\(contextLength) tokens"),
      (
        "cache per token",
        "\(cacheBytesPerToken(elementBytes: 4)) bytes fp32, \(cacheBytesPerToken(elementBytes: 2)) bytes fp16"
      ),
    ]
    for storage in storages {
      rows.append((storage.format, "\(storage.tensorCount) tensors, \(storage.byteCount) bytes"))
    }
    rows.append(("lane", lane?.lane ?? "not recorded"))
    rows.append(("manifest", manifestHash ?? "not computed"))
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { $0.padding(toLength: width, withPad: " ", startingAt: 0) + "  " + $1 }.joined(separator: "\n")
  }
}

extension ModelInspection.Storage {
  fileprivate var json: JSONValue {
    [
      "format": .string(format), "tensors": .integer(tensorCount), "parameters": .integer(parameterCount),
      "bytes": .integer(byteCount),
    ]
  }
}
