import JSON

/// GLM 4.7: a name and pairs of `<arg_key>` and `<arg_value>`; without any pair, a JSON object or the name alone.
enum GLM47 {
  static func calls(in body: String, tools: [ToolDefinition]) throws(CallSyntaxError) -> [ToolCall] {
    var scanner = TextScanner(body)
    guard let head = scanner.text(upTo: "<arg_key>") else { return [try plain(body.trimmed)] }
    let name = head.trimmed
    let tool = tools.first { $0.name == name }
    var arguments = JSONObject()
    repeat {
      guard let key = scanner.text(upTo: "</arg_key>") else { throw CallSyntaxError("</arg_key> is missing") }
      scanner.skipWhitespace()
      guard scanner.skip("<arg_value>"), let value = scanner.text(upTo: "</arg_value>") else {
        throw CallSyntaxError("the value of \(key.prefix(40)) is missing")
      }
      let isText = tool?.schema(of: key.trimmed)?["type"]?.string == "string"
      arguments[key.trimmed] = isText ? .string(value.trimmed) : TypedText.literal(value.trimmed)
    } while scanner.text(upTo: "<arg_key>") != nil
    return [ToolCall(name: name, arguments: arguments)]
  }

  private static func plain(_ body: String) throws(CallSyntaxError) -> ToolCall {
    if body.hasPrefix("{") { return try JSONTools.call(try JSONTools.json(body)) }
    guard !body.contains(where: \.isWhitespace) else { throw CallSyntaxError("<arg_key> is missing") }
    return ToolCall(name: body, arguments: JSONObject())
  }
}
