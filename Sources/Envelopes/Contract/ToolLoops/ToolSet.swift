import JSON
import ToolCalls

/// Tools that traces share.
public struct ToolSet: Sendable, Equatable {
  public var id: String
  public var tools: [ToolDefinition]
  /// What each tool returns when it is called, by name, unless a round says otherwise.
  public var results: [String: String]

  public init(id: String, tools: [ToolDefinition], results: [String: String]) {
    self.id = id
    self.tools = tools
    self.results = results
  }

  init?(_ fields: FieldReader) {
    let id = fields.identifier("id")
    let tools = fields.sections("tools", atLeast: 1, DeclaredTool.init)
    fields.reportRepeats(in: "tools", of: ["name"])
    guard let id, let tools else { return nil }
    let results = tools.compactMap { tool in tool.result.map { (tool.definition.name, $0) } }
    self.init(
      id: id, tools: tools.map(\.definition), results: Dictionary(results, uniquingKeysWith: { first, _ in first }))
  }
}

/// A tool as the file writes it, with its result.
private struct DeclaredTool {
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
  /// A JSON Schema of an object's members.
  fileprivate func parameters(_ key: String) -> JSONObject? {
    value(key, expected: "a JSON Schema of type \"object\" with \"properties\"") { json in
      guard json["type"]?.string == "object", json["properties"]?.object != nil else { return nil }
      return json.object
    }
  }
}
