import JSON

/// The part of JSON Schema (draft 2020-12, validation vocabulary) by which tools describe their arguments.
///
/// Supported: `type`, `enum`, `const`, `properties`, `required`, `additionalProperties`, `items`, `minItems`,
/// `maxItems`, `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, `minLength`, `maxLength`, `pattern`,
/// `anyOf`, `oneOf`, `allOf` and `not`. Other keywords are ignored.
public struct JSONSchema: Sendable, Equatable {
  private static let depthLimit = 64

  public let source: JSONValue

  public init(_ source: JSONValue) { self.source = source }

  /// Why the schema does not allow a value, as the predicate of a sentence about it; nil if it does.
  public func problem(of value: JSONValue) -> String? { Self.problem(of: value, source, depth: 0) }

  private static func problem(of value: JSONValue, _ schema: JSONValue, depth: Int) -> String? {
    guard depth < depthLimit else { return "is nested more than \(depthLimit) levels deep" }
    if let allowed = schema.bool { return allowed ? nil : "is not allowed" }
    let types = schema["type"]?.string.map { [$0] } ?? schema["type"]?.array?.compactMap(\.string) ?? []
    if !types.isEmpty, !types.contains(where: value.isOfType) {
      return "is \(value.kind), not of type \(types.joined(separator: " or "))"
    }
    if let listed = schema["enum"]?.array, !listed.contains(where: { $0.isSame(as: value) }) {
      return "is none of the listed values"
    }
    if let constant = schema["const"], !constant.isSame(as: value) { return "is not the one value allowed" }
    return bounds(value, schema) ?? elements(value, schema, depth) ?? members(value, schema, depth)
      ?? alternatives(value, schema, depth)
  }

  private static func bounds(_ value: JSONValue, _ schema: JSONValue) -> String? {
    func limit(_ name: String) -> Double? { schema[name]?.number }
    if let number = value.number {
      if let least = limit("minimum"), number < least { return "is below \(least)" }
      if let most = limit("maximum"), number > most { return "is above \(most)" }
      if let least = limit("exclusiveMinimum"), number <= least { return "is not above \(least)" }
      if let most = limit("exclusiveMaximum"), number >= most { return "is not below \(most)" }
    }
    if let text = value.string {
      let length = Double(text.unicodeScalars.count)
      if let least = limit("minLength"), length < least { return "is too short" }
      if let most = limit("maxLength"), length > most { return "is too long" }
      if let pattern = schema["pattern"]?.string, !ArgumentCheck.matches(pattern).passes(value) {
        return "does not match the pattern"
      }
    }
    return nil
  }

  private static func elements(_ value: JSONValue, _ schema: JSONValue, _ depth: Int) -> String? {
    guard let array = value.array else { return nil }
    if let least = schema["minItems"]?.integer, array.count < least { return "has too few elements" }
    if let most = schema["maxItems"]?.integer, array.count > most { return "has too many elements" }
    guard let items = schema["items"] else { return nil }
    for (index, element) in array.enumerated() {
      if let problem = problem(of: element, items, depth: depth + 1) { return "[\(index)] \(problem)" }
    }
    return nil
  }

  private static func members(_ value: JSONValue, _ schema: JSONValue, _ depth: Int) -> String? {
    guard let object = value.object else { return nil }
    let properties = schema["properties"]?.object ?? JSONObject()
    for name in schema["required"]?.array?.compactMap(\.string) ?? [] where object[name] == nil {
      return "lacks \(name)"
    }
    for member in object.members {
      guard let inner = properties[member.name] ?? schema["additionalProperties"] else { continue }
      if let problem = problem(of: member.value, inner, depth: depth + 1) { return ".\(member.name) \(problem)" }
    }
    return nil
  }

  private static func alternatives(_ value: JSONValue, _ schema: JSONValue, _ depth: Int) -> String? {
    func passing(_ name: String) -> Int? {
      schema[name]?.array.map { $0.filter { problem(of: value, $0, depth: depth + 1) == nil }.count }
    }
    if passing("anyOf") == 0 { return "fits no alternative" }
    if let fitting = passing("oneOf"), fitting != 1 { return "fits \(fitting) alternatives, not one" }
    if let all = schema["allOf"]?.array, passing("allOf") != all.count { return "does not fit every part" }
    if let other = schema["not"], problem(of: value, other, depth: depth + 1) == nil { return "is not allowed" }
    return nil
  }
}

extension JSONValue {
  fileprivate func isOfType(_ name: String) -> Bool {
    switch name {
    case "null": self == .null
    case "boolean": bool != nil
    case "integer": integer != nil
    case "number": number != nil
    case "string": string != nil
    case "array": array != nil
    case "object": object != nil
    default: true
    }
  }
}
