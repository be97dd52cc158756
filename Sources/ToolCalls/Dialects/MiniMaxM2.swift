/// MiniMax M2: invocations with named parameters, several between one pair of tags.
enum MiniMaxM2: CallDialect {
  static let openings = ["<minimax:tool_call>"]
  static let closing: String? = "</minimax:tool_call>"

  private static var calls: TaggedCalls {
    TaggedCalls(
      callStart: { $0.tag("<invoke name=") }, callPrefix: "<invoke name=", opening: "<minimax:tool_call>",
      parameterStart: { $0.tag("<parameter name=").map { TaggedCalls.Parameter(name: $0) } },
      parameterPrefix: "<parameter name=", parameterEnd: "</parameter>", callEnd: "</invoke>",
      blockEnd: "</minimax:tool_call>"
    ) { text, _, types in types.fittingValue(of: text) }
  }

  static func read(_ scanner: inout ByteScanner, tools: [ToolDefinition]) -> CallReading {
    scanner.skip(openings[0]) ? calls.read(&scanner, tools: tools) : .text
  }
}
