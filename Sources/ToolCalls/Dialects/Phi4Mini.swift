/// Phi-4-mini: a JSON array of calls, also after the word `functools`.
enum Phi4Mini: JSONDialect {
  static let openings = ["<|tool_call|>"]
  static let closing: String? = "<|/tool_call|>"
  static let bareOpenings = ["functools["]

  static func read(_ scanner: inout ByteScanner, tools: [ToolDefinition]) -> CallReading {
    guard scanner.skip("functools") else { return tagged(&scanner, tools) }
    guard case .success(let (calls, problems)) = JSONCalls.read(&scanner, members) else { return .text }
    return .calls(calls, problems: problems)
  }
}
