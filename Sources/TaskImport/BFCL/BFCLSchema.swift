import JSON

/// The package's descriptions of parameters as JSON Schema.
enum BFCLSchema {
  /// A function as an envelope's tool.
  static func tool(_ function: JSONValue, result: String) -> JSONValue {
    let description = function["description"]?.string ?? ""
    return [
      "name": .string(function["name"]?.string ?? ""),
      "description": .string(description.isEmpty ? "No description." : description),
      "parameters": schema(function["parameters"] ?? ["type": "dict", "properties": [:]]), "result": .string(result),
    ]
  }

  /// The package says `dict`, `float`, `tuple` and `any` where JSON Schema has other words or none.
  static func schema(_ value: JSONValue) -> JSONValue {
    guard let object = value.object else { return value }
    var result = JSONObject()
    for member in object.members {
      switch (member.name, member.value) {
      case ("type", .string(let name)): result["type"] = type(name).map { .string($0) }
      case ("properties", .object(let properties)):
        result["properties"] = .object(JSONObject(properties.members.map { ($0.name, schema($0.value)) }))
      case ("items", let items), ("additionalProperties", let items): result[member.name] = schema(items)
      default: result[member.name] = member.value
      }
    }
    return .object(result)
  }

  private static func type(_ name: String) -> String? {
    switch name {
    case "dict": "object"
    case "float": "number"
    case "tuple": "array"
    case "any": nil
    default: name
    }
  }
}
