import JSON

/// Kimi K2: a section of calls named `functions.name:index`, each with a JSON object of arguments.
enum KimiK2: CallDialect {
  static let openings = ["<|tool_calls_section_begin|>", "<|tool_call_begin|>"]
  static let closing: String? = "<|tool_calls_section_end|>"
  private static let callStart = "<|tool_call_begin|>"
  private static let callEnd = "<|tool_call_end|>"

  static func read(_ scanner: inout ByteScanner, tools: [ToolDefinition]) -> CallReading {
    let isSection = scanner.skip(openings[0])
    var calls: [ToolCall] = []
    var problems: [ParsedOutput.Problem] = []
    scanner.skipSpace()
    if scanner.isAtEnd { return .unfinished() }
    if isSection, !scanner.starts(with: callStart) {
      // One call may stand in a section without tags of its own.
      if let call = call(&scanner) { return closed([call], [], &scanner, isSection) }
      guard let next = scanner.firstIndex(of: callStart, from: scanner.position) else { return unread(&scanner) }
      problems.append(.malformed("not a call named functions.name:index"))
      scanner.position = next
    }
    while scanner.skipAfterSpace(callStart) {
      if let call = call(&scanner), scanner.skipAfterSpace(callEnd) || isCutOff(scanner) {
        calls.append(call)
      } else if let end = scanner.firstIndex(of: callEnd, from: scanner.position) {
        problems.append(.malformed("not a call named functions.name:index with JSON"))
        scanner.position = end + callEnd.utf8.count
      } else {
        return .unfinished(calls, problems: problems)
      }
    }
    return closed(calls, problems, &scanner, isSection)
  }

  private static func closed(
    _ calls: [ToolCall], _ problems: [ParsedOutput.Problem], _ scanner: inout ByteScanner, _ isSection: Bool
  ) -> CallReading {
    if isSection { return .closed(calls, problems: problems, by: closing, &scanner) }
    return .calls(calls.map { $0.read(.missingWrapper) }, problems: problems)
  }

  private static func isCutOff(_ scanner: ByteScanner) -> Bool {
    let rest = scanner.index(afterSpaceFrom: scanner.position)
    return callEnd.utf8.starts(with: scanner.bytes[rest...])
  }

  private static func unread(_ scanner: inout ByteScanner) -> CallReading {
    if callStart.utf8.starts(with: scanner.bytes[scanner.position...]) { return .unfinished() }
    return .failed("not a call named functions.name:index", in: scanner)
  }

  /// Reads `functions.name:index<|tool_call_argument_begin|>{…}`; nil if it does not come next.
  private static func call(_ scanner: inout ByteScanner) -> ToolCall? {
    scanner.skipSpace()
    let path = scanner.name()
    guard let colon = path.lastIndex(of: ":"), Int(path[path.index(after: colon)...]) != nil,
      scanner.skipAfterSpace("<|tool_call_argument_begin|>")
    else { return nil }
    let name = path[..<colon]
    scanner.skipSpace()
    guard let arguments = arguments(&scanner) else { return nil }
    let prefix = "functions."
    return ToolCall(
      name: String(name.hasPrefix(prefix) ? name.dropFirst(prefix.count) : name), arguments: arguments)
  }

  private static func arguments(_ scanner: inout ByteScanner) -> JSONObject? {
    if let value = scanner.json() { return try? JSONCalls.arguments(value) }
    var literal = PythonLiteral(scanner)
    guard let object = literal.read()?.object else { return nil }
    scanner = literal.scanner
    return object
  }
}
