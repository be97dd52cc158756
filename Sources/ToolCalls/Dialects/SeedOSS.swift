/// Seed-OSS: Qwen 3 Coder's calls between tags of its own.
enum SeedOSS: CallDialect {
  static let openings = ["<seed:tool_call>"]
  static let closing: String? = "</seed:tool_call>"
  static let reasoning = [ReasoningTags("<seed:think>", "</seed:think>")]

  static func read(_ scanner: inout ByteScanner, tools: [ToolDefinition]) -> CallReading {
    guard scanner.skip(openings[0]) else { return .text }
    return Qwen3Coder.calls(from: openings[0], to: "</seed:tool_call>").read(&scanner, tools: tools)
  }
}
