import JSON
import ToolCalls

extension ToolSet {
  init?(_ fields: FieldReader) {
    let id = fields.identifier("id")
    let tools = fields.sections("tools", atLeast: 1, ReadTool.init)
    fields.reportRepeats(in: "tools", of: ["name"])
    guard let id, let tools else { return nil }
    let results = tools.compactMap { tool in tool.result.map { (tool.definition.name, $0) } }
    self.init(
      id: id, tools: tools.map(\.definition), results: Dictionary(results, uniquingKeysWith: { first, _ in first }))
  }
}

private struct ReadTool {
  let definition: ToolDefinition
  let result: String?

  init?(_ fields: FieldReader) {
    let name = fields.toolName("name")
    let description = fields.text("description")
    let parameters = fields.parameters("parameters")
    let result = fields.optionalText("result")
    guard let name, let description, let parameters else { return nil }
    definition = ToolDefinition(name: name, description: description, parameters: parameters)
    self.result = result
  }
}

extension FieldReader {
  /// A name as models write it: an identifier, perhaps with dots.
  func toolName(_ key: String) -> String? {
    value(key, expected: "a name of letters, digits, \"_\", \"-\" and \".\"") {
      $0.string.flatMap { Identifiers.isIdentifier($0) ? $0 : nil }
    }
  }

  /// A member that may be absent; a text otherwise.
  func optionalText(_ key: String) -> String? {
    optional(key) == nil ? nil : value(key, expected: "a string", \.string)
  }

  /// A JSON Schema of an object's members.
  fileprivate func parameters(_ key: String) -> JSONObject? {
    value(key, expected: "a JSON Schema of type \"object\" with \"properties\"") { json in
      guard json["type"]?.string == "object", json["properties"]?.object != nil else { return nil }
      return json.object
    }
  }
}
