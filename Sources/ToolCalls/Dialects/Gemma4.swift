/// Gemma 4: `call:name{…}` with texts between `<|"|>` marks.
enum Gemma4: CallDialect {
  static let openings = ["<|tool_call>"]
  static let closing: String? = "<tool_call|>"
  static let reasoning = [ReasoningTags("<|channel>", "<channel|>")]

  static func read(_ scanner: inout ByteScanner, tools: [ToolDefinition]) -> CallReading {
    GemmaCalls(quote: "<|\"|>").read(&scanner, from: openings[0], to: closing, tools: tools)
  }
}
