import JSON

/// DeepSeek V3.1: a name, a separator and JSON between the tags of a call; V3 and R1 write the kind of tool before the
/// separator, and the JSON in a block of code.
enum DeepSeekV3: CallDialect {
  static let openings = ["<｜tool▁calls▁begin｜>", "<｜tool▁call▁begin｜>"]
  static let closing: String? = "<｜tool▁calls▁end｜>"
  private static let callStart = "<｜tool▁call▁begin｜>"
  private static let callEnd = "<｜tool▁call▁end｜>"
  private static let separator = "<｜tool▁sep｜>"

  static func read(_ scanner: inout ByteScanner, tools: [ToolDefinition]) -> CallReading {
    let isSection = scanner.skip(openings[0])
    scanner.skipSpace()
    if scanner.isAtEnd { return .unfinished() }
    var calls: [ToolCall] = []
    var problems: [ParsedOutput.Problem] = []
    while scanner.skipAfterSpace(callStart) {
      if let call = call(&scanner) {
        calls.append(call)
      } else if let end = scanner.firstIndex(of: callEnd, from: scanner.position) {
        problems.append(.malformed("not a name, \(separator) and JSON"))
        scanner.position = end + callEnd.utf8.count
      } else {
        return .unfinished(calls, problems: problems)
      }
    }
    if calls.isEmpty, problems.isEmpty {
      return callStart.utf8.starts(with: scanner.bytes[scanner.position...]) ? .unfinished() : .text
    }
    if isSection { return .closed(calls, problems: problems, by: closing, &scanner) }
    return .calls(calls.map { $0.read(.missingWrapper) }, problems: problems)
  }

  /// Reads a call up to the tag that ends it; nil if it is none.
  private static func call(_ scanner: inout ByteScanner) -> ToolCall? {
    scanner.skipSpace()
    let head = scanner.text { $0 > 0x20 && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: "{") }
    guard !head.isEmpty, scanner.skipAfterSpace(separator) else { return nil }
    var name = head
    var isFenced = false
    if head == "function" {
      let start = scanner.position
      scanner.skipSpace()
      let tool = scanner.name()
      isFenced = scanner.skipAfterSpace("```json")
      if isFenced { name = tool } else { scanner.position = start }
    }
    scanner.skipSpace()
    guard let value = scanner.json(), let arguments = try? JSONCalls.arguments(value) else { return nil }
    if isFenced, !scanner.skipAfterSpace("```") { return nil }
    guard scanner.skipAfterSpace(callEnd) || callEnd.utf8.starts(with: scanner.bytes[scanner.position...]) else {
      return nil
    }
    return ToolCall(name: name, arguments: arguments)
  }
}
