import JSON

/// Values that a dialect writes without quotes, so that only the tool's schema distinguishes a number from a text.
enum TypedText {
  /// The value of a parameter by its declared type; a text if it is undeclared.
  ///
  /// - Throws: `CallSyntaxError` if the text is not a number as declared.
  static func value(_ text: String, schema: JSONValue?) throws(CallSyntaxError) -> JSONValue {
    if text.lowercased() == "null" { return .null }
    guard let schema else { return .string(text) }
    guard let type = schema["type"]?.string?.lowercased() else {
      return containers(text) ?? .string(text)
    }
    switch type {
    case "string": return .string(text)
    case "integer":
      guard let number = Double(text.trimmed), let value = Int(exactly: number) else {
        throw CallSyntaxError("expected an integer, got \"\(text.prefix(40))\"")
      }
      return .integer(value)
    case "number":
      guard let number = Double(text.trimmed), number.isFinite else {
        throw CallSyntaxError("expected a number, got \"\(text.prefix(40))\"")
      }
      return Int(exactly: number).map { .integer($0) } ?? .number(number)
    case "boolean": return .bool(text.lowercased() == "true")
    default: return literal(text)
    }
  }

  /// The value of a JSON or Python literal, or else the text itself.
  static func literal(_ text: String) -> JSONValue {
    if let value = try? JSONValue(parsing: text) { return value }
    return PythonLiteral.value(text) ?? .string(text)
  }

  private static func containers(_ text: String) -> JSONValue? {
    guard let value = try? JSONValue(parsing: text), value.array != nil || value.object != nil else { return nil }
    return value
  }
}
