import Foundation
import JSON
import Testing

@testable import ToolCalls

struct CallParserTests {
  @Test(arguments: [
    ("{{ '<tool_call>\\n' }}{{ tool_call.name }}", CallParser.jsonTools),
    ("<tool_call>\\n<function=x> tool_call.name", .qwen3Coder),
    ("[TOOL_CALLS]", .mistral),
    ("<|tool_list_start|>", .pythonic),
    ("<start_function_call>", .functionGemma),
    ("<|start|>assistant<|channel|>commentary <|constrain|>json", .harmony),
    ("<tool_call>{{ tool_call.name }}<arg_key>", .glm47),
    ("<minimax:tool_call>", .minimaxM2),
    ("<|tool_calls_section_begin|>", .kimiK2),
    ("<|start|>assistant<|channel|>commentary to=functions. <|message|>", .harmony),
    ("<tool_call> {\"name\": <function-name>, \"arguments\": <args>}", .jsonTools),
    ("<|tool_call>call: <tool_call|>", .gemma4),
    ("<longcat_tool_call> <tool_call> tool_call.name", .longcat),
    ("<seed:tool_call>\n<function=", .seedOSS),
    ("<｜DSML｜function_calls>", .deepseekV32),
    ("<｜tool▁calls▁begin｜>", .deepseekV3),
    ("<|START_ACTION|>", .commandR7B),
    ("<|start_header_id|> \"parameters\"", .llama3JSON),
    ("\"<|start|>assistant to=\" \"functions.\" <|channel|>commentary <|message|>", .harmony),
    ("<tool_call>{\\\"name\\\": <name>, \\\"arguments\\\": <args>}", .jsonTools),
    ("<tool_calls><tool_call>function_name", .hunyuan),
    ("<{{ dsml_token }}function_calls> ｜DSML｜", .deepseekV32),
    ("<|tool|>{{ tools }}<|/tool|>", .phi4Mini),
  ]) func `the marks of a template choose the parser`(_ template: String, _ parser: CallParser) {
    #expect(CallParser(chatTemplate: template) == parser)
  }

  @Test(arguments: ["{{ messages[0].content }}", "<atem:function_calls>", "]<]minimax[>[ <tool_call> <response>"])
  func `a template of an unsupported dialect chooses none`(_ template: String) {
    #expect(CallParser(chatTemplate: template) == nil)
  }
}

/// Golden calls from mlx-lm.
struct ParserGoldenTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let parser: CallParser
    let body: String
    /// Nil if mlx-lm refuses the text.
    let calls: [ToolCall]?
    var testDescription: String { "\(parser.rawValue): \(body.prefix(40))" }
  }

  static let file: JSONValue = {
    let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/parsers.json")
    return (try? JSONValue(parsing: Data(contentsOf: url))) ?? .null
  }()

  static let tools: [ToolDefinition] = (file["tools"]?.array ?? []).compactMap { tool in
    guard let function = tool["function"], let name = function["name"]?.string else { return nil }
    return ToolDefinition(name: name, description: "", parameters: function["parameters"]?.object ?? JSONObject())
  }

  static let cases: [Case] = (file["cases"]?.array ?? []).compactMap { json in
    guard let parser = json["parser"]?.string.flatMap(CallParser.init(rawValue:)), let body = json["body"]?.string
    else { return nil }
    let calls = json["calls"]?.array?.map { call in
      ToolCall(name: call["name"]?.string ?? "", arguments: call["arguments"]?.object ?? JSONObject())
    }
    return Case(parser: parser, body: body, calls: calls)
  }

  @Test func `the golden file is complete`() {
    #expect(Self.cases.count == 48)
    #expect(Set(Self.cases.map(\.parser)).count == 8)
  }

  @Test(arguments: cases) func `reads what mlx-lm reads and refuses what it refuses`(_ golden: Case) {
    let dialect = golden.parser.dialect
    let text = dialect.openings[0] + golden.body + (dialect.closing ?? "")
    let output = ParsedOutput(parsing: text, by: golden.parser, tools: Self.tools)
    #expect((output.problems.isEmpty ? output.calls : nil) == golden.calls)
  }
}
