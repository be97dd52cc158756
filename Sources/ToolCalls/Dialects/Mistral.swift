import JSON

/// Mistral: a JSON array of calls, or names each followed by `[ARGS]` and a JSON object.
enum Mistral {
  static func calls(in body: String) throws(CallSyntaxError) -> [ToolCall] {
    if body.trimmed.hasPrefix("["), let elements = try? JSONTools.json(body).array {
      guard !elements.isEmpty else { throw CallSyntaxError("an empty array") }
      var calls: [ToolCall] = []
      for element in elements { calls.append(try JSONTools.call(element)) }
      return calls
    }
    var calls: [ToolCall] = []
    var scanner = TextScanner(body)
    while let head = scanner.text(upTo: "[ARGS]") {
      let name = String(
        head.trimmed.reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }.reversed())
      guard let end = JSONExtent.end(of: scanner.rest) else {
        throw CallSyntaxError("the arguments of \(name) do not end")
      }
      let text = String(scanner.rest[..<end])
      calls.append(ToolCall(name: name, arguments: try JSONTools.arguments(try JSONTools.json(text))))
      scanner = TextScanner(scanner.rest[end...])
    }
    guard !calls.isEmpty else { throw CallSyntaxError("neither an array of calls nor [ARGS]") }
    return calls
  }
}

/// Finds the end of a JSON object in a text that continues after it.
private enum JSONExtent {
  /// The index after the object that begins the text, white space aside; nil if none begins there or it does not end.
  static func end(of text: Substring) -> Substring.Index? {
    var depth = 0
    var isInString = false
    var isEscaped = false
    for index in text.utf8.indices {
      let byte = text.utf8[index]
      if isInString {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "}"):
        depth -= 1
        if depth == 0 { return text.utf8.index(after: index) }
      case UInt8(ascii: "\""): isInString = true
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
      default: if depth == 0 { return nil }
      }
      if depth < 0 { return nil }
    }
    return nil
  }
}
