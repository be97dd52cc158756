/// Step 3: invocations in a markup of its own, each between the tags of a call.
enum Step3: CallDialect {
  static let openings = ["<｜tool_calls_begin｜>"]
  static let closing: String? = "<｜tool_calls_end｜>"

  private static let callStart = "<｜tool_call_begin｜>"

  private static var calls: TaggedCalls {
    TaggedCalls(
      callStart: { start(&$0) }, callPrefix: callStart, opening: "<｜tool_calls_begin｜>",
      parameterStart: { $0.tag("<steptml:parameter name=").map { TaggedCalls.Parameter(name: $0) } },
      parameterPrefix: "<steptml:parameter name=", parameterEnd: "</steptml:parameter>",
      callEnd: "</steptml:invoke><｜tool_call_end｜>", blockEnd: "<｜tool_calls_end｜>"
    ) { text, _, types throws(CallSyntaxError) in try types.declaredValue(of: text) }
  }

  /// Reads the call's tag, the word `function`, a separator and the invocation's tag.
  private static func start(_ scanner: inout ByteScanner) -> String? {
    let start = scanner.position
    if scanner.skip(callStart), scanner.skipAfterSpace("function"), scanner.skipAfterSpace("<｜tool_sep｜>") {
      scanner.skipSpace()
      if let name = scanner.tag("<steptml:invoke name=") { return name }
    }
    scanner.position = start
    return nil
  }

  static func read(_ scanner: inout ByteScanner, tools: [ToolDefinition]) -> CallReading {
    scanner.skip(openings[0]) ? calls.read(&scanner, tools: tools) : .text
  }
}
