/// OLMo 3: calls in Python's form, one per line.
enum OLMo3: CallDialect {
  static let openings = ["<function_calls>"]
  static let closing: String? = "</function_calls>"

  static func read(_ scanner: inout ByteScanner, tools: [ToolDefinition]) -> CallReading {
    guard scanner.skip(openings[0]) else { return .text }
    var calls: [ToolCall] = []
    var problems: [ParsedOutput.Problem] = []
    while true {
      scanner.skipSpace()
      guard let next = scanner.next else { return .closed(calls, problems: problems, by: closing, &scanner) }
      if next == UInt8(ascii: "<") || next == UInt8(ascii: "`") { break }
      do throws(CallSyntaxError) {
        calls.append(try PythonCalls.call(&scanner))
      } catch {
        if scanner.isCutOff { return .unfinished(calls, problems: problems) }
        problems.append(.malformed(error.reason))
        // The next line may be a call again.
        _ = scanner.text { $0 != 0x0A && $0 != UInt8(ascii: "<") }
      }
    }
    if calls.isEmpty, problems.isEmpty { return .text }
    return .closed(calls, problems: problems, by: closing, &scanner)
  }
}
