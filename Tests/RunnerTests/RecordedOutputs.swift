import JSON
import ToolCalls

/// What a model might write when `find` with "q" as "tea" is due, one output an entry of the taxonomy.
enum RecordedOutputs {
  static func call(_ json: String) -> String { "<tool_call>\(json)</tool_call>" }
  static let right = call("{\"name\": \"find\", \"arguments\": {\"q\": \"tea\"}}")

  static let all: [(output: JSONValue, failures: [CallFailure])] = [
    (["text": .string(right)], []),
    (["text": "Tea is a drink."], [.noCall]),
    (["text": .string(call("{\"name\": \" \", \"arguments\": {}}"))], [.emptyName]),
    (["text": .string(call("{\"name\": \"look\", \"arguments\": {}}"))], [.unknownTool]),
    (["text": .string(call("{\"name\": \"send\", \"arguments\": {\"q\": \"tea\"}}"))], [.wrongTool]),
    (["text": .string(call("{\"name\": \"find\" \"arguments\": {}}"))], [.badJSON]),
    (["text": .string(call("{\"name\": \"find\", \"arguments\": {}}"))], [.missingArgument]),
    (["text": .string(call("{\"name\": \"find\", \"arguments\": {\"q\": \"☕️\"}}"))], [.wrongValue]),
    (["text": .string(right + right)], [.extraCall]),
    (["text": .string(right + "</tool_call>")], [.leakedSyntax]),
    (["text": "<tool_call>{\"name\": \"fi", "finish": "length"], [.truncated]),
    (["text": "and tea ", "repeat": 100, "finish": "length"], [.repetitionLoop]),
    (["text": "[TOOL_CALLS]find[ARGS]{\"q\": \"tea\"}"], [.wrongParser]),
    (["text": .string(right)], []),
  ]

  /// Every byte at which an output can be cut in two.
  static func cuts(of output: JSONValue) -> Range<Int> {
    0..<(output["text"]?.string ?? "").utf8.count * (output["repeat"]?.integer ?? 1) + 1
  }

  /// The output streamed in pieces that end after these bytes.
  static func cut(_ output: JSONValue, after bytes: some Sequence<Int>) -> JSONValue {
    var object = output.object ?? JSONObject()
    object["cuts"] = .array(bytes.map { .integer($0) })
    return .object(object)
  }
}
