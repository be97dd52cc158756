import JSON

extension DatasetTable {
  /// The JSON Schema of a row.
  var schema: JSONValue {
    let properties = columns.map { name, definition -> (String, JSONValue) in (name, definition.schema) }
    return [
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": .string(rawValue), "description": .string(summary), "type": "object",
      "properties": .object(JSONObject(properties)), "required": .array(columns.map { .string($0.name) }),
      "additionalProperties": false,
    ]
  }
}

extension ColumnDefinition {
  fileprivate var schema: JSONValue {
    var members: [(String, JSONValue)] = [("description", .string(summary))]
    let type = kind.schemaType
    members.append(("type", isOptional ? [.string(type), "null"] : .string(type)))
    if let element = kind.elementSchema { members.append(("items", element)) }
    return .object(JSONObject(members))
  }
}

extension ColumnDefinition.Kind {
  fileprivate var schemaType: String {
    switch self {
    case .text: "string"
    case .integer: "integer"
    case .number: "number"
    case .boolean: "boolean"
    case .texts, .integers, .numbers: "array"
    }
  }

  /// Of a list's elements. Infinities and NaN, which JSON lacks, are texts.
  fileprivate var elementSchema: JSONValue? {
    switch self {
    case .texts: ["type": "string"]
    case .integers: ["type": "integer"]
    case .numbers: ["anyOf": [["type": "number"], ["enum": ["inf", "-inf", "nan"]]]]
    default: nil
    }
  }
}
