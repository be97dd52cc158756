import JSON

/// Calls as the Gemma models write them: names without quotes, and texts between marks that do not occur in them.
struct GemmaCalls {
  private static let depthLimit = 64
  let quote: String

  func read(_ scanner: inout ByteScanner, from opening: String, to closing: String?, tools: [ToolDefinition])
    -> CallReading
  {
    guard scanner.skip(opening) else { return .text }
    scanner.skipSpace()
    guard !scanner.isAtEnd else { return .unfinished() }
    var calls: [ToolCall] = []
    var problems: [ParsedOutput.Problem] = []
    var blockEnd: Int?
    while scanner.skipAfterSpace("call:") {
      let name = scanner.name()
      do throws(CallSyntaxError) {
        guard scanner.skipAfterSpace("{") else { throw CallSyntaxError("{ is missing after \(name.prefix(40))") }
        calls.append(ToolCall(name: name, arguments: try members(&scanner, depth: 0)))
      } catch {
        let end =
          blockEnd ?? closing.flatMap { scanner.firstIndex(of: $0, from: scanner.position) } ?? scanner.bytes.count
        blockEnd = end
        guard skipToNextCall(&scanner, of: tools, before: end) else {
          return .failed(error.reason, after: calls, problems: problems, by: closing, &scanner)
        }
        problems.append(.malformed(error.reason))
      }
    }
    if calls.isEmpty, problems.isEmpty {
      return "call:".utf8.starts(with: scanner.bytes[scanner.position...]) ? .unfinished() : .text
    }
    return .closed(calls, problems: problems, by: closing, &scanner)
  }

  /// Passes over what is left of a call that failed, to where a tool is called again before the block ends.
  private func skipToNextCall(_ scanner: inout ByteScanner, of tools: [ToolDefinition], before end: Int) -> Bool {
    var ahead = scanner
    while ahead.position < end, let start = ahead.firstIndex(of: "call:", in: ahead.position..<end) {
      ahead.position = start + 5
      let name = ahead.name()
      guard ahead.skipAfterSpace("{"), tools.contains(where: { $0.name == name }) else { continue }
      scanner.position = start
      return true
    }
    return false
  }

  private func members(_ scanner: inout ByteScanner, depth: Int) throws(CallSyntaxError) -> JSONObject {
    var members = JSONObject()
    while true {
      scanner.skipSpace()
      if scanner.skip("}") { return members }
      let key = scanner.skip(quote) ? scanner.text(upTo: quote) : scanner.text { !Self.ends.contains($0) }.trimmed
      guard let key, !key.isEmpty, scanner.skipAfterSpace(":") else {
        throw CallSyntaxError("an argument without a name")
      }
      members[key] = try value(&scanner, depth: depth + 1)
      if scanner.skipAfterSpace(",") { continue }
      guard scanner.skipAfterSpace("}") else { throw CallSyntaxError("} is missing after \(key.prefix(40))") }
      return members
    }
  }

  private func value(_ scanner: inout ByteScanner, depth: Int) throws(CallSyntaxError) -> JSONValue {
    guard depth < Self.depthLimit else { throw CallSyntaxError("nested more than \(Self.depthLimit) levels deep") }
    scanner.skipSpace()
    if scanner.skip(quote) {
      guard let text = scanner.text(upTo: quote) else { throw CallSyntaxError("\(quote) is not closed") }
      return .string(text)
    }
    if scanner.skip("{") { return .object(try members(&scanner, depth: depth)) }
    if scanner.skip("[") { return .array(try elements(&scanner, depth: depth)) }
    if scanner.next == UInt8(ascii: "\""), let text = scanner.json() { return text }
    let text = scanner.text { !Self.valueEnds.contains($0) }.trimmed
    return (try? JSONValue(parsing: text)) ?? .string(text)
  }

  private func elements(_ scanner: inout ByteScanner, depth: Int) throws(CallSyntaxError) -> [JSONValue] {
    var values: [JSONValue] = []
    while true {
      if scanner.skipAfterSpace("]") { return values }
      values.append(try value(&scanner, depth: depth + 1))
      if scanner.skipAfterSpace(",") { continue }
      guard scanner.skipAfterSpace("]") else { throw CallSyntaxError("] is missing") }
      return values
    }
  }

  private static let ends = Array(":,{}[]".utf8)
  private static let valueEnds = Array(",}]".utf8)
}
