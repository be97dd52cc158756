import JSON

/// The types that a tool's schema allows for an argument, for dialects that write values without quotes.
///
/// They are those of `type`, of the values of `enum` and `const`, and of all alternatives of `anyOf`, `oneOf` and `allOf`,
/// references within the schema followed.
struct ParameterTypes {
  private static let depthLimit = 32

  /// Names of JSON Schema's types; empty if the schema names none.
  private(set) var names: Set<String> = []
  /// References that were followed, each once.
  private var followed: Set<String> = []
  /// Whether the tool declares the argument at all.
  let isDeclared: Bool

  init(of argument: String, in tool: ToolDefinition?) {
    let schema = tool?.schema(of: argument)
    isDeclared = schema != nil
    if let schema, let tool { add(schema, root: tool.parameters, depth: 0) }
  }

  func contains(_ name: String) -> Bool { names.contains(name) }

  /// Whether a text is all that may be meant, but for null.
  var isText: Bool { names.contains("string") && names.subtracting(["null"]) == ["string"] }

  private mutating func add(_ schema: JSONValue, root: JSONObject, depth: Int) {
    guard depth < Self.depthLimit else { return }
    if let reference = schema["$ref"]?.string, followed.insert(reference).inserted,
      let target = Self.target(of: reference, in: root)
    {
      add(target, root: root, depth: depth + 1)
    }
    let declared = schema["type"]?.string.map { [$0] } ?? schema["type"]?.array?.compactMap(\.string) ?? []
    names.formUnion(declared.map { $0.lowercased() })
    for value in (schema["enum"]?.array ?? []) + (schema["const"].map { [$0] } ?? []) { names.insert(value.typeName) }
    for keyword in ["anyOf", "oneOf", "allOf"] {
      for alternative in schema[keyword]?.array ?? [] { add(alternative, root: root, depth: depth + 1) }
    }
  }

  /// What a JSON pointer within the schema leads to.
  private static func target(of reference: String, in root: JSONObject) -> JSONValue? {
    guard reference.hasPrefix("#/") else { return nil }
    var value: JSONValue? = .object(root)
    for part in reference.dropFirst(2).split(separator: "/") {
      value = value?[String(part).replacing("~1", with: "/").replacing("~0", with: "~")]
    }
    return value
  }
}

/// Values as the dialects' own references read them.
extension ParameterTypes {
  /// Qwen 3 Coder: null whatever is declared, numbers and containers as declared, a text otherwise.
  ///
  /// - Throws: `CallSyntaxError` if the text is not a number as declared.
  func declaredValue(of text: String) throws(CallSyntaxError) -> JSONValue {
    if text.lowercased() == "null" { return .null }
    if names.isEmpty {
      guard isDeclared, let value = try? JSONValue(parsing: text), value.array != nil || value.object != nil else {
        return .string(text)
      }
      return value
    }
    if let value = number(in: text) { return value }
    if contains("boolean"), let value = ["true": true, "false": false][text.trimmed.lowercased()] {
      return .bool(value)
    }
    if contains("string") {
      return contains("object") || contains("array") ? Self.container(text) ?? .string(text) : .string(text)
    }
    if contains("object") || contains("array") { return Self.literal(text) }
    if contains("boolean") { return .bool(false) }
    guard contains("integer") || contains("number") else { return Self.literal(text) }
    throw CallSyntaxError("expected \(contains("integer") ? "an integer" : "a number"), got \"\(text.prefix(40))\"")
  }

  /// MiniMax M2: the most specific of the declared types that the text fits.
  func fittingValue(of text: String) -> JSONValue {
    let (raw, text) = (text, text.trimmed)
    if text.lowercased() == "null" { return .null }
    if isText || names.isEmpty { return .string(raw) }
    if contains("null"), ["none", "nil"].contains(text.lowercased()) { return .null }
    if contains("integer"), let value = Int(text) { return .integer(value) }
    if contains("number"), let value = number(in: text) { return value }
    if contains("boolean") {
      if ["true", "1", "yes", "on"].contains(text.lowercased()) { return .bool(true) }
      if ["false", "0", "no", "off"].contains(text.lowercased()) { return .bool(false) }
    }
    if contains("object") || contains("array"), let value = Self.container(text) { return value }
    return contains("string") ? .string(raw) : (try? JSONValue(parsing: text)) ?? .string(raw)
  }

  /// GLM: a text as it is where one is declared, else a literal of JSON or Python.
  func literalValue(of text: String) -> JSONValue {
    if isText { return contains("null") && text.trimmed == "null" ? .null : .string(text) }
    return Self.parsed(text) ?? .string(text)
  }

  /// The number of a text, if one is declared.
  private func number(in text: String) -> JSONValue? {
    guard contains("integer") || contains("number"), !contains("string") else { return nil }
    // Not by way of a floating-point number, which has no 64 bits.
    if let value = Int(text.trimmed) { return .integer(value) }
    guard let number = Double(text.trimmed), number.isFinite else { return nil }
    if let value = Int(exactly: number) { return .integer(value) }
    return contains("number") ? .number(number) : nil
  }

  private static func container(_ text: String) -> JSONValue? {
    guard let value = parsed(text), value.array != nil || value.object != nil else { return nil }
    return value
  }

  /// The value of a JSON or Python literal, or else the text itself.
  static func literal(_ text: String) -> JSONValue { parsed(text) ?? .string(text) }

  /// The value of a JSON or Python literal, white space around it aside.
  static func parsed(_ text: String) -> JSONValue? {
    (try? JSONValue(parsing: text)) ?? PythonLiteral.value(text.trimmed)
  }
}

extension JSONValue {
  fileprivate var typeName: String {
    switch self {
    case .null: "null"
    case .bool: "boolean"
    case .integer: "integer"
    case .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }
}
