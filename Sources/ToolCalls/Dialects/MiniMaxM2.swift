import JSON

/// MiniMax M2: invocations with named parameters, several between one pair of tags.
enum MiniMaxM2 {
  static func calls(in body: String, tools: [ToolDefinition]) throws(CallSyntaxError) -> [ToolCall] {
    var scanner = TextScanner(body)
    var calls: [ToolCall] = []
    while scanner.text(upTo: "<invoke name=") != nil {
      guard let inner = scanner.text(upTo: "</invoke>") else { throw CallSyntaxError("</invoke> is missing") }
      calls.append(try call(inner, tools))
    }
    guard !calls.isEmpty else { throw CallSyntaxError("<invoke> is missing") }
    return calls
  }

  private static func call(_ text: String, _ tools: [ToolDefinition]) throws(CallSyntaxError) -> ToolCall {
    var scanner = TextScanner(text)
    let name = try name(&scanner)
    let tool = tools.first { $0.name == name }
    var arguments = JSONObject()
    while scanner.text(upTo: "<parameter name=") != nil {
      guard let inner = scanner.text(upTo: "</parameter>") else { throw CallSyntaxError("</parameter> is missing") }
      var parameter = TextScanner(inner)
      let key = try Self.name(&parameter)
      arguments[key] = value(String(parameter.rest).trimmed, types: types(of: tool?.schema(of: key)))
    }
    return ToolCall(name: name, arguments: arguments)
  }

  private static func name(_ scanner: inout TextScanner) throws(CallSyntaxError) -> String {
    guard let text = scanner.text(upTo: ">")?.trimmed else { throw CallSyntaxError("> is missing after a name") }
    guard text.count >= 2, let quote = text.first, quote == "\"" || quote == "'", text.last == quote else {
      return text
    }
    return String(text.dropFirst().dropLast())
  }

  /// The types that a schema allows: by `type`, by the values of `enum`, and by alternatives one level deep.
  private static func types(of schema: JSONValue?) -> Set<String> {
    guard let schema else { return [] }
    let alternatives = ["anyOf", "oneOf", "allOf"].flatMap { schema[$0]?.array ?? [] }
    let declared = ([schema] + alternatives).flatMap { schema -> [String] in
      schema["type"]?.string.map { [$0] } ?? schema["type"]?.array?.compactMap(\.string) ?? []
    }
    let listed = (schema["enum"]?.array ?? []).map { value -> String in
      switch value {
      case .null: "null"
      case .bool: "boolean"
      case .integer: "integer"
      case .number: "number"
      case .string: "string"
      case .array: "array"
      case .object: "object"
      }
    }
    return Set(declared + listed)
  }

  /// The value of the most specific type that the text fits; a text if it fits none.
  private static func value(_ text: String, types: Set<String>) -> JSONValue {
    if text.lowercased() == "null" || (types.contains("null") && ["none", "nil"].contains(text.lowercased())) {
      return .null
    }
    if types.contains("integer"), let value = Int(text) { return .integer(value) }
    if types.contains("number"), let value = Double(text), value.isFinite {
      return Int(exactly: value).map { .integer($0) } ?? .number(value)
    }
    if types.contains("boolean") {
      if ["true", "1", "yes", "on"].contains(text.lowercased()) { return .bool(true) }
      if ["false", "0", "no", "off"].contains(text.lowercased()) { return .bool(false) }
    }
    if !types.isDisjoint(with: ["object", "array"]) {
      let value = TypedText.literal(text)
      if value.string == nil { return value }
    }
    if types.isEmpty || types.contains("string") { return .string(text) }
    return (try? JSONValue(parsing: text)) ?? .string(text)
  }
}
