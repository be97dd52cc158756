import JSON

/// Calls as a name and pairs of tags, one for a parameter's name and one for its value.
struct KeyedCalls {
  let opening: String
  let closing: String
  /// What the tags' names begin with.
  let prefix: String

  /// Reads the call behind the opening.
  func read(_ scanner: inout ByteScanner, tools: [ToolDefinition]) -> CallReading {
    scanner.skipSpace()
    guard let first = scanner.next else { return .unfinished() }
    if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
      return JSONCalls.block(&scanner, closing: closing)
    }
    let name = scanner.name()
    if name.isEmpty { return .text }
    scanner.skipSpace()
    if scanner.isAtEnd { return .unfinished() }
    if scanner.skip(closing) { return .calls([ToolCall(name: name, arguments: JSONObject())]) }
    if scanner.next == UInt8(ascii: "{"), let arguments = scanner.json()?.object {
      return .closed([ToolCall(name: name, arguments: arguments)], by: closing, &scanner)
    }
    guard scanner.starts(with: key) else {
      let rest = scanner.bytes[scanner.position...]
      return key.utf8.starts(with: rest) || closing.utf8.starts(with: rest) ? .unfinished() : .text
    }
    return pairs(of: name, &scanner, tools)
  }

  private var key: String { "<\(prefix)arg_key>" }

  private func pairs(of name: String, _ scanner: inout ByteScanner, _ tools: [ToolDefinition]) -> CallReading {
    var isRead = false
    let calls = TaggedCalls(
      callStart: { _ in
        // The name was read; the pairs are the rest of its call.
        defer { isRead = true }
        return isRead ? nil : name
      }, callPrefix: opening, opening: opening, parameterStart: { parameter(&$0) }, parameterPrefix: key,
      parameterEnd: "</\(prefix)arg_value>", callEnd: "", blockEnd: closing
    ) { text, _, types in types.literalValue(of: text) }
    return calls.read(&scanner, tools: tools)
  }

  private func parameter(_ scanner: inout ByteScanner) -> TaggedCalls.Parameter? {
    let start = scanner.position
    if scanner.skip(key), let name = scanner.text(upTo: "</\(prefix)arg_key>") {
      // Some models write the line break between the tags as two characters.
      while scanner.skipAfterSpace("\\n") {}
      if scanner.skipAfterSpace("<\(prefix)arg_value>") { return TaggedCalls.Parameter(name: name.trimmed) }
    }
    scanner.position = start
    return nil
  }
}
