import JSON

/// Mistral: a JSON array of calls, or a name followed by `[ARGS]` and a JSON object, with a call's id in between or not.
enum Mistral: CallDialect {
  static let openings = ["[TOOL_CALLS]"]
  static let reasoning = [ReasoningTags("[THINK]", "[/THINK]"), ReasoningTags("<think>", "</think>")]

  static func read(_ scanner: inout ByteScanner, tools: [ToolDefinition]) -> CallReading {
    guard scanner.skip(openings[0]) else { return .text }
    scanner.skipSpace()
    guard let first = scanner.next else { return .unfinished() }
    if first == UInt8(ascii: "[") || first == UInt8(ascii: "{") {
      return JSONCalls.block(&scanner, closing: nil)
    }
    return headers(&scanner)
  }

  /// Reads `name[CALL_ID]id[ARGS]{…}` as often as it comes.
  private static func headers(_ scanner: inout ByteScanner) -> CallReading {
    var calls: [ToolCall] = []
    while true {
      let start = scanner.position
      scanner.skipSpace()
      let name = scanner.name()
      if name.isEmpty || !hasArguments(&scanner) {
        if !calls.isEmpty {
          scanner.position = start
          return .calls(calls)
        }
        let rest = scanner.bytes[scanner.index(afterSpaceFrom: scanner.position)...]
        let isCutOff = ["[ARGS]", "[CALL_ID]"].contains { $0.utf8.starts(with: rest) }
        return isCutOff || scanner.isAtEnd ? .unfinished() : .malformed("neither an array of calls nor [ARGS]")
      }
      guard let value = scanner.json() else {
        return scanner.isCutOff
          ? .unfinished(calls) : failed("the arguments of \(name) are not JSON", calls, &scanner)
      }
      do throws(CallSyntaxError) {
        calls.append(ToolCall(name: name, arguments: try JSONCalls.arguments(value)))
      } catch {
        return failed(error.reason, calls, &scanner)
      }
    }
  }

  private static func failed(_ reason: String, _ calls: [ToolCall], _ scanner: inout ByteScanner) -> CallReading {
    calls.isEmpty ? .malformed(reason) : .calls(calls, problems: [.malformed(reason)])
  }

  private static func hasArguments(_ scanner: inout ByteScanner) -> Bool {
    if scanner.skipAfterSpace("[CALL_ID]") {
      scanner.skipSpace()
      _ = scanner.text { $0 > 0x20 && $0 != UInt8(ascii: "[") }
    }
    guard scanner.skipAfterSpace("[ARGS]") else { return false }
    scanner.skipSpace()
    return true
  }
}
