/// Qwen 3 Coder: calls in tags that name function and parameters; also without the tag around them.
enum Qwen3Coder: CallDialect {
  static let openings = ["<tool_call>", "<function="]
  static let closing: String? = "</tool_call>"

  static func calls(from opening: String, to closing: String) -> TaggedCalls {
    TaggedCalls(
      callStart: { $0.tag("<function=") }, callPrefix: "<function=", opening: opening,
      parameterStart: { $0.tag("<parameter=").map { TaggedCalls.Parameter(name: $0) } }, parameterPrefix: "<parameter=",
      parameterEnd: "</parameter>", callEnd: "</function>", blockEnd: closing
    ) { text, _, types throws(CallSyntaxError) in try types.declaredValue(of: text.withoutOuterNewlines) }
  }

  static func read(_ scanner: inout ByteScanner, tools: [ToolDefinition]) -> CallReading {
    if scanner.skip(openings[0]) { return calls(from: openings[0], to: "</tool_call>").read(&scanner, tools: tools) }
    // Without its wrapper, a call ends with itself; a wrapper's end may follow nevertheless.
    let reading = calls(from: openings[1], to: "").read(&scanner, tools: tools)
    guard case .calls(let calls, let problems) = reading else { return reading }
    _ = scanner.skipAfterSpace("</tool_call>")
    return .calls(calls.map { $0.read(.missingWrapper) }, problems: problems)
  }
}
