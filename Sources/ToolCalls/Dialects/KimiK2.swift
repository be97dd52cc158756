import JSON

/// Kimi K2: a section of calls named `functions.name:index`, each with a JSON object of arguments.
enum KimiK2 {
  static func calls(in body: String) throws(CallSyntaxError) -> [ToolCall] {
    var scanner = TextScanner(body)
    var calls: [ToolCall] = []
    while scanner.text(upTo: "<|tool_call_begin|>") != nil {
      guard let inner = scanner.text(upTo: "<|tool_call_end|>") else {
        throw CallSyntaxError("<|tool_call_end|> is missing")
      }
      calls.append(try call(inner))
    }
    return calls.isEmpty ? [try call(body)] : calls
  }

  private static func call(_ text: String) throws(CallSyntaxError) -> ToolCall {
    var scanner = TextScanner(text)
    guard let head = scanner.text(upTo: "<|tool_call_argument_begin|>")?.trimmed else {
      throw CallSyntaxError("<|tool_call_argument_begin|> is missing")
    }
    guard let colon = head.lastIndex(of: ":"), Int(head[head.index(after: colon)...]) != nil else {
      throw CallSyntaxError("\"\(head.prefix(40))\" has no index")
    }
    let path = String(head[..<colon])
    let name = path.hasPrefix("functions.") ? String(path.dropFirst("functions.".count)) : path
    return ToolCall(
      name: name, arguments: try JSONTools.arguments(TypedText.literal(String(scanner.rest).trimmed)))
  }
}
