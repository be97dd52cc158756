import JSON
import ToolCalls

/// Tools in plain messages, for models whose chat template knows none: definitions as JSON in `<tools>`, calls in
/// `<tool_call>`, results in `<tool_response>`, as the Hermes family was trained on.
enum HermesForm {
  static func announcement(of tools: [ToolDefinition]) -> String {
    let definitions = tools.map { $0.json.serialized() }.joined(separator: "\n")
    return """
      You may call one or more of these tools, each given by its JSON Schema:
      <tools>
      \(definitions)
      </tools>

      To call a tool, write its name and arguments as one JSON object between tags, and nothing after it:
      <tool_call>
      {"name": "the tool's name", "arguments": {"argument": "value"}}
      </tool_call>
      The result comes in the next message. When no tool is needed, answer in words.
      """
  }

  static func call(_ call: ToolCall) -> String { "<tool_call>\n\(call.json.serialized())\n</tool_call>" }

  static func response(of tool: String, _ text: String) -> String {
    let object = JSONValue.object(JSONObject([("name", .string(tool)), ("content", .string(text))]))
    return "<tool_response>\n\(object.serialized())\n</tool_response>"
  }
}
