import Foundation
import JSON

/// Output for programs and for people.
extension ModelInspection {
  /// All numbers, for programs; null where a size is unknown. Problems and warnings are there if there are any.
  public var json: JSONValue {
    func cache(_ elementBytes: Int) -> JSONValue { Self.json(cacheBytesPerToken(elementBytes: elementBytes)) }
    var object = JSONObject([
      ("architecture", .string(architecture)), ("parameters", .integer(parameterCount)), ("bytes", .integer(byteCount)),
      ("bits_per_weight", .number(bitsPerWeight)), ("layers", Self.json(layerCount)),
      ("hidden_size", Self.json(hiddenSize)), ("attention_heads", Self.json(attentionHeadCount)),
      ("key_value_heads", Self.json(keyValueHeadCount)), ("head_dimension", Self.json(headDimension)),
      ("vocabulary", Self.json(vocabularySize)), ("context_length", Self.json(contextLength)),
      ("active_parameters", .integer(activeParameterCount)), ("bytes_read_per_token", .integer(byteCountPerToken)),
      ("kv_bytes_per_token", .object(JSONObject([("fp32", cache(4)), ("fp16", cache(2))]))),
      ("storage", .array(storages.map(\.json))), ("lane", lane?.json ?? .null),
      ("manifest", manifestHash.map { .string($0) } ?? .null),
    ])
    if let experts { object["experts"] = ["total": .integer(experts.total), "active": .integer(experts.active)] }
    if !problems.isEmpty { object["problems"] = .array(problems.map { .string($0) }) }
    if !warnings.isEmpty { object["warnings"] = .array(warnings.map { .string($0.description) }) }
    return .object(object)
  }

  private static func json(_ number: Int?) -> JSONValue { number.map { .integer($0) } ?? .null }

  /// The same as a table, for people.
  public var table: String {
    func text(_ number: Int?) -> String { number.map(String.init) ?? "unknown" }
    var rows = [
      ("architecture", architecture), ("parameters", String(parameterCount)),
      ("active per token", String(activeParameterCount)), ("bytes", String(byteCount)),
      ("bytes read per token", String(byteCountPerToken)),
      ("bits per weight", String(format: "%.3f", bitsPerWeight)), ("layers", text(layerCount)),
      ("heads", "\(text(attentionHeadCount)) (\(text(keyValueHeadCount)) key-value) of \(text(headDimension))"),
      ("hidden size", text(hiddenSize)), ("vocabulary", text(vocabularySize)),
      ("context length", "\(text(contextLength)) tokens"),
    ]
    if let single = cacheBytesPerToken(elementBytes: 4), let half = cacheBytesPerToken(elementBytes: 2) {
      rows.append(("cache per token", "\(single) bytes fp32, \(half) bytes fp16"))
    }
    if let experts { rows.append(("experts", "\(experts.active) of \(experts.total) per token")) }
    for storage in storages {
      rows.append((storage.format, "\(storage.tensorCount) tensors, \(storage.byteCount) bytes"))
    }
    rows.append(("lane", lane?.lane ?? "not recorded"))
    for note in lane?.caveats?.notes ?? [] { rows.append(("", note)) }
    rows.append(("manifest", manifestHash ?? "not computed"))
    rows += problems.map { ("cannot run", $0) } + warnings.map { ("warning", $0.description) }
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { $0.padding(toLength: width, withPad: " ", startingAt: 0) + "  " + $1 }.joined(separator: "\n")
  }
}

extension StoredTensors {
  fileprivate var json: JSONValue {
    [
      "format": .string(format), "tensors": .integer(tensorCount), "parameters": .integer(parameterCount),
      "bytes": .integer(byteCount),
    ]
  }
}
