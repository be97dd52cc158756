import JSON

/// Hunyuan: a JSON array of calls, or calls in tags of their own with JSON in a block of code; what is said to the user stands
/// between other tags.
enum Hunyuan: JSONDialect {
  static let openings = ["<tool_calls>"]
  static let closing: String? = "</tool_calls>"
  static let frames = ["<answer>", "</answer>"]

  static func read(_ scanner: inout ByteScanner, tools: [ToolDefinition]) -> CallReading {
    let start = scanner.position
    guard scanner.skip(openings[0]) else { return .text }
    guard scanner.skipAfterSpace("<tool_call>") else {
      scanner.position = start
      return tagged(&scanner, tools)
    }
    var calls: [ToolCall] = []
    var problems: [ParsedOutput.Problem] = []
    repeat {
      if let call = call(&scanner) {
        calls.append(call)
      } else if let end = scanner.firstIndex(of: "</tool_call>", from: scanner.position) {
        problems.append(.malformed("not a name and a block of JSON"))
        scanner.position = end + "</tool_call>".utf8.count
      } else {
        return .unfinished(calls, problems: problems)
      }
    } while scanner.skipAfterSpace("<tool_call>")
    return .closed(calls, problems: problems, by: closing, &scanner)
  }

  private static func call(_ scanner: inout ByteScanner) -> ToolCall? {
    scanner.skipSpace()
    let name = scanner.name()
    guard !name.isEmpty, scanner.skipAfterSpace("```json") else { return nil }
    scanner.skipSpace()
    guard let value = scanner.json(), let arguments = try? JSONCalls.arguments(value), scanner.skipAfterSpace("```"),
      scanner.skipAfterSpace("</tool_call>")
    else { return nil }
    return ToolCall(name: name, arguments: arguments)
  }
}
