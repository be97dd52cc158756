import JSON
import Testing

@testable import ToolCalls

struct CallStreamTests {
  /// One output per parser, with a call of `find` for "čaj ☕️" in it and text around.
  static let outputs: [(CallParser, String)] = [
    (
      .jsonTools,
      "<think>hm ☕️</think>Só.<tool_call>\n{\"name\": \"find\", \"arguments\": {\"q\": \"čaj ☕️\"}}\n</tool_call>"
    ),
    (.qwen3Coder, "Só.<tool_call>\n<function=find>\n<parameter=q>\nčaj ☕️\n</parameter>\n</function>\n</tool_call>"),
    (.mistral, "Só.[TOOL_CALLS]find[ARGS]{\"q\": \"čaj ☕️\"}"),
    (.pythonic, "Só.<|tool_call_start|>[find(q=\"čaj ☕️\")]<|tool_call_end|>"),
    (.functionGemma, "Só.<start_function_call>call:find{q:<escape>čaj ☕️<escape>}<end_function_call>"),
    (
      .harmony,
      "<|channel|>analysis<|message|>hm ☕️<|end|><|start|>assistant<|channel|>final<|message|>Só.<|end|>"
        + "<|start|>assistant<|channel|>commentary to=functions.find <|constrain|>json<|message|>{\"q\": \"čaj ☕️\"}<|call|>"
    ),
    (.glm47, "Só.<tool_call>find\n<arg_key>q</arg_key>\n<arg_value>čaj ☕️</arg_value></tool_call>"),
    (
      .minimaxM2,
      "Só.<minimax:tool_call><invoke name=\"find\"><parameter name=\"q\">čaj ☕️</parameter></invoke></minimax:tool_call>"
    ),
    (
      .kimiK2,
      "Só.<|tool_calls_section_begin|><|tool_call_begin|>functions.find:0<|tool_call_argument_begin|>{\"q\": \"čaj ☕️\"}"
        + "<|tool_call_end|><|tool_calls_section_end|>"
    ),
  ]

  static let tools = [
    ToolDefinition(
      name: "find", description: "",
      parameters: JSONObject([("properties", ["q": ["type": "string"]]), ("required", ["q"])]))
  ]

  @Test(arguments: outputs) func `every split into two pieces has the same result`(
    _ parser: CallParser, _ output: String
  ) {
    let bytes = Array(output.utf8)
    let whole = CallJudge.parse(output, by: parser, tools: Self.tools)
    #expect(whole.calls == [ToolCall(name: "find", arguments: JSONObject([("q", "čaj ☕️")]))])
    #expect(whole.prose.trimmed == "Só.")
    #expect(whole.problems.isEmpty)
    for split in 0...bytes.count {
      var stream = CallStream(parser)
      stream.append(bytes[..<split])
      stream.append(bytes[split...])
      #expect(stream.finish(tools: Self.tools) == whole, "split at \(split)")
    }
    var stream = CallStream(parser)
    for byte in bytes { stream.append([byte]) }
    #expect(stream.finish(tools: Self.tools) == whole)
  }

  @Test(arguments: outputs) func `an output that ends anywhere is a call, a truncated call or text`(
    _ parser: CallParser, _ output: String
  ) {
    let bytes = Array(output.utf8)
    for end in 0..<bytes.count {
      var stream = CallStream(parser)
      stream.append(bytes[..<end])
      let parsed = stream.finish(tools: Self.tools)
      #expect(!parsed.problems.contains { if case .malformed = $0 { true } else { false } }, "ends at \(end)")
      #expect(parsed.calls.allSatisfy { $0.name == "find" })
    }
  }

  @Test func `reasoning that the prompt opened ends at its closing tag`() {
    let parsed = CallJudge.parse("I should look.\n</think>\nHello", by: .jsonTools, tools: [])
    #expect(parsed.reasoning == "I should look.\n")
    #expect(parsed.prose == "\nHello")
  }

  @Test func `a call within reasoning does not count`() {
    let parsed = CallJudge.parse(
      "<think><tool_call>{\"name\": \"find\"}</tool_call></think>", by: .jsonTools, tools: [])
    #expect(parsed.calls.isEmpty)
  }

  @Test func `invalid UTF-8 is replaced`() {
    var stream = CallStream(.jsonTools)
    stream.append([0x68, 0xFF, 0xE2, 0x98])
    #expect(stream.finish(tools: []).prose == "h\u{FFFD}\u{FFFD}")
  }
}
