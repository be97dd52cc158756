import Foundation
import JSON

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
      ("bits a weight", String(format: "%.3f", bitsPerWeight)), ("layers", String(layerCount)),
      ("heads", "\(attentionHeadCount) (\(keyValueHeadCount) key-value) of \(headDimension)"),
      ("hidden size", String(hiddenSize)), ("vocabulary", String(vocabularySize)),
      ("context length", "\(contextLength) tokens"),
      (
        "cache a token",
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
