import JSON

/// The part of JSON Schema that the API's document uses.
struct SchemaCheck {
  let document: JSONValue

  /// The ways in which a value does not match a schema, by path.
  func problems(_ value: JSONValue, _ schema: JSONValue, at path: String = "$") -> [String] {
    if let reference = schema["$ref"]?.string {
      let name = reference.split(separator: "/").last.map(String.init) ?? ""
      guard let target = document["components"]?["schemas"]?[name] else { return ["\(path): no schema \(name)"] }
      return problems(value, target, at: path)
    }
    if let allowed = schema["enum"]?.array, !allowed.contains(value) { return ["\(path): \(value.serialized())"] }
    guard isOfType(value, schema["type"]) else { return ["\(path): \(value.kind)"] }
    let members = (value.object ?? JSONObject()).members
    let properties = schema["properties"]
    let missing = (schema["required"]?.array ?? []).compactMap(\.string).filter {
      value.object != nil && value[$0] == nil
    }
    return missing.map { "\(path): lacks \($0)" }
      + members.flatMap { member -> [String] in
        guard let property = properties?[member.name] else {
          return schema["additionalProperties"] == .bool(false) ? ["\(path).\(member.name): not documented"] : []
        }
        return problems(member.value, property, at: "\(path).\(member.name)")
      }
      + (value.array ?? []).enumerated().flatMap { index, item in
        schema["items"].map { problems(item, $0, at: "\(path)[\(index)]") } ?? []
      }
  }

  private func isOfType(_ value: JSONValue, _ type: JSONValue?) -> Bool {
    guard let type else { return true }
    return (type.array ?? [type]).compactMap(\.string).contains { name in
      switch (name, value) {
      case ("null", .null), ("boolean", .bool), ("integer", .integer), ("number", .integer), ("number", .number),
        ("string", .string), ("array", .array), ("object", .object):
        true
      default: false
      }
    }
  }
}
