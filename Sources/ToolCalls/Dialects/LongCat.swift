/// LongCat: GLM's pairs of keys and values in tags of its own.
enum LongCat: CallDialect {
  static let openings = ["<longcat_tool_call>"]
  static let closing: String? = "</longcat_tool_call>"
  static let reasoning = [ReasoningTags("<longcat_think>", "</longcat_think>"), ReasoningTags("<think>", "</think>")]

  static func read(_ scanner: inout ByteScanner, tools: [ToolDefinition]) -> CallReading {
    guard scanner.skip(openings[0]) else { return .text }
    return KeyedCalls(opening: openings[0], closing: "</longcat_tool_call>", prefix: "longcat_")
      .read(&scanner, tools: tools)
  }
}
