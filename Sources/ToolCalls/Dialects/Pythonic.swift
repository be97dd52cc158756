/// LFM2: a Python list of calls with keyword arguments.
enum Pythonic: CallDialect {
  static let openings = ["<|tool_call_start|>"]
  static let closing: String? = "<|tool_call_end|>"

  static func read(_ scanner: inout ByteScanner, tools: [ToolDefinition]) -> CallReading {
    guard scanner.skip(openings[0]) else { return .text }
    return PythonCalls.list(&scanner, tools: tools, closing: closing)
  }
}
