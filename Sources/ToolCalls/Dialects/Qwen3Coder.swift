import JSON

/// Qwen 3 Coder: calls in tags that name function and parameters.
enum Qwen3Coder {
  static func calls(in body: String, tools: [ToolDefinition]) throws(CallSyntaxError) -> [ToolCall] {
    var scanner = TextScanner(body.trimmed)
    var calls: [ToolCall] = []
    while scanner.text(upTo: "<function=") != nil {
      guard let inner = scanner.text(upTo: "</function>") else { throw CallSyntaxError("</function> is missing") }
      calls.append(try call(inner, tools))
    }
    guard !calls.isEmpty else { throw CallSyntaxError("<function=…> is missing") }
    return calls
  }

  private static func call(_ text: String, _ tools: [ToolDefinition]) throws(CallSyntaxError) -> ToolCall {
    var scanner = TextScanner(text)
    let name = name(&scanner)
    let tool = tools.first { $0.name == name }
    var arguments = JSONObject()
    while scanner.text(upTo: "<parameter=") != nil {
      guard let inner = scanner.text(upTo: "</parameter>") else { throw CallSyntaxError("</parameter> is missing") }
      var parameter = TextScanner(inner)
      let key = Self.name(&parameter)
      guard !key.isEmpty else { throw CallSyntaxError("a parameter without a name") }
      let value = String(parameter.rest).withoutOuterNewlines
      arguments[key] = try TypedText.value(value, schema: tool?.schema(of: key))
    }
    return ToolCall(name: name, arguments: arguments)
  }

  private static func name(_ scanner: inout TextScanner) -> String {
    scanner.skipWhitespace()
    let name = scanner.text { !$0.isWhitespace && $0 != "<" && $0 != ">" }
    _ = scanner.skip(">")
    return name
  }
}
