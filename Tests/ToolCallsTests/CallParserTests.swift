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
  ]) func `the template's own marks choose the parser`(_ template: String, _ parser: CallParser) {
    #expect(CallParser(chatTemplate: template) == parser)
  }

  @Test(arguments: ["{{ messages[0].content }}", "<longcat_tool_call> <tool_call> tool_call.name"])
  func `a template of another way of writing chooses none`(_ template: String) {
    #expect(CallParser(chatTemplate: template) == nil)
  }
}
