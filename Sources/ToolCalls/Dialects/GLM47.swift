import JSON

/// GLM 4.7: a name and pairs of `<arg_key>` and `<arg_value>`; without any pair, a JSON object or the name alone.
enum GLM47: CallDialect {
  static let openings = ["<tool_call>"]
  static let closing: String? = "</tool_call>"

  static func read(_ scanner: inout ByteScanner, tools: [ToolDefinition]) -> CallReading {
    guard scanner.skip(openings[0]) else { return .text }
    return KeyedCalls(opening: openings[0], closing: "</tool_call>", prefix: "").read(&scanner, tools: tools)
  }
}
