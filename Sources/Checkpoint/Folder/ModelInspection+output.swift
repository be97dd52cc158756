import Foundation
import JSON

/// Output for programs and for people.
extension ModelInspection {
  /// All numbers, for programs; null where a size is unknown. Problems and warnings are there if there are any.
  public var json: JSONValue {
    var object = JSONObject([
      ("architecture", .string(architecture)), ("parameters", .integer(parameterCount)), ("bytes", .integer(byteCount)),
      ("bits_per_weight", .number(bitsPerWeight)), ("layers", Self.json(layerCount)),
      ("hidden_size", Self.json(hiddenSize)), ("attention_heads", Self.json(attentionHeadCount)),
      ("key_value_heads", Self.json(keyValueHeadCount)), ("head_dimension", Self.json(headDimension)),
      ("vocabulary", Self.json(vocabularySize)), ("context_length", Self.json(contextLength)),
      ("active_parameters", .integer(activeParameterCount)), ("bytes_read_per_token", .integer(byteCountPerToken)),
      ("kv_bytes_per_token", Self.json { memory?.bytesPerToken(elementBytes: $0) }),
      ("memory", memoryJSON),
      ("storage", .array(storages.map(\.json))), ("lane", lane?.json ?? .null),
      ("manifest", manifestHash.map { .string($0) } ?? .null),
    ])
    if let experts { object["experts"] = ["total": .integer(experts.total), "active": .integer(experts.active)] }
    if !leftOut.isEmpty { object["left_out"] = .array(leftOut.map(\.json)) }
    if !problems.isEmpty { object["problems"] = .array(problems.map { .string($0) }) }
    if !warnings.isEmpty { object["warnings"] = .array(warnings.map { .string($0.description) }) }
    return .object(object)
  }

  private static func json(_ number: Int?) -> JSONValue { number.map { .integer($0) } ?? .null }

  /// Bytes with keys and values in single and in half precision.
  private static func json(_ bytes: (_ elementBytes: Int) -> Int?) -> JSONValue {
    ["fp32": json(bytes(4)), "fp16": json(bytes(2))]
  }

  /// What is remembered beside the keys and values that every token adds.
  private var memoryJSON: JSONValue {
    guard let memory else { return .null }
    var object = JSONObject(LayerMemory.Kind.allCases.map { ($0.rawValue, .integer(memory.layerCount(of: $0))) })
    object["window_bytes"] = Self.json { memory.windowBytes(elementBytes: $0) }
    object["state_bytes"] = .integer(memory.stateBytes)
    object["bytes_at_context_length"] = Self.json { width in
      contextLength.map { memory.byteCount(tokens: $0, elementBytes: width) }
    }
    return .object(object)
  }

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
    if let memory { rows += Self.rows(of: memory, contextLength: contextLength) }
    if let experts { rows.append(("experts", "\(experts.active) of \(experts.total) per token")) }
    for storage in storages {
      rows.append((storage.format, "\(storage.tensorCount) tensors, \(storage.byteCount) bytes"))
    }
    for part in leftOut {
      rows.append(("left out", "\(part.name): \(part.tensorCount) tensors, \(part.byteCount) bytes"))
    }
    rows.append(("lane", lane?.lane ?? "not recorded"))
    for note in lane?.caveats?.notes ?? [] { rows.append(("", note)) }
    rows.append(("manifest", manifestHash ?? "not computed"))
    rows += problems.map { ("cannot run", $0) } + warnings.map { ("warning", $0.description) }
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { $0.padding(toLength: width, withPad: " ", startingAt: 0) + "  " + $1 }.joined(separator: "\n")
  }
}

extension ModelInspection {
  private static func rows(of memory: SequenceMemory, contextLength: Int?) -> [(String, String)] {
    func text(_ bytes: (_ elementBytes: Int) -> Int) -> String { "\(bytes(4)) bytes fp32, \(bytes(2)) bytes fp16" }
    var rows = [("cache per token", text(memory.bytesPerToken))]
    let kinds = LayerMemory.Kind.allCases.filter { memory.layerCount(of: $0) > 0 }
    if kinds.count > 1 { rows.append(("layers by memory", memory.layerText)) }
    if memory.windowBytes(elementBytes: 1) > 0 { rows.append(("windows when full", text(memory.windowBytes))) }
    if memory.stateBytes > 0 { rows.append(("states", "\(memory.stateBytes) bytes, whatever the context")) }
    if let contextLength {
      rows.append(("cache when full", text { memory.byteCount(tokens: contextLength, elementBytes: $0) }))
    }
    return rows
  }
}

extension LeftOutPart {
  fileprivate var json: JSONValue {
    ["part": .string(name), "tensors": .integer(tensorCount), "bytes": .integer(byteCount)]
  }
}
