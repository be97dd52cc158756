import Foundation
import JSON
import Testing

@testable import ToolCalls

@Suite("A model's output, taken apart")
struct ParsedOutputTests {
  private func parse(_ text: String, by parser: CallParser) -> ParsedOutput { Outputs.parse(text, by: parser) }

  @Test("Every parser reads the call, the prose and the reasoning of its format", arguments: Outputs.all)
  func reads(_ parser: CallParser, _ text: String) {
    let output = parse(text, by: parser)
    #expect(output.calls == [ToolCall(name: "find", arguments: JSONObject([("q", "čaj ☕️")]))])
    #expect(output.prose.trimmed == (text.contains("Só.") ? "Só." : ""))
    #expect(output.reasoning.contains("hm") == text.contains("hm"))
    #expect(output.problems.isEmpty)
  }

  @Test("Every parser is there")
  func complete() { #expect(Set(Outputs.all.map(\.parser)) == Set(CallParser.allCases)) }

  @Test("An output that ends anywhere is a call, a truncated call or text", arguments: Outputs.all)
  func cutOff(_ parser: CallParser, _ text: String) {
    let bytes = Array(text.utf8)
    for end in 0..<bytes.count {
      let output = ParsedOutput(parsing: Array(bytes[..<end]), by: parser, tools: Outputs.tools)
      #expect(!output.problems.contains { if case .malformed = $0 { true } else { false } }, "ends at \(end)")
      #expect(output.calls.allSatisfy { $0.name == "find" }, "ends at \(end)")
    }
  }

  /// What no format may take for its own end, or for another call, within a text.
  private static let markers = [
    "<tool_call>", "</tool_call>", "<think>", "</think>", "<function=f>", "</function>", "<parameter=k>",
    "</parameter>",
    "[TOOL_CALLS]", "[ARGS]", "</s>", "<|tool_call_end|>", "<end_function_call>", "<|call|>", "<|end|>", "<arg_key>",
    "</arg_value>", "</invoke>", "</minimax:tool_call>", "<|tool_call_end|>", "<｜tool▁call▁end｜>", "</｜DSML｜parameter>",
    "</seed:tool_call>", "</tool_calls>", "</TOOLCALL>", "<|/tool_call|>", "<|tools_suffix|>", "<|END_ACTION|>",
    "</function_calls>", "<|python_end|>", "```", "}]", "), b(", "\\", "\"", "'", "<tool_call|>", "[/THINK]",
    "<steptml:parameter name=\"k\">", "</steptml:parameter>",
  ]

  @Test("A mark within a text ends nothing", arguments: Outputs.all)
  func marks(_ parser: CallParser, _ text: String) {
    for marker in Self.markers {
      let value = "x \(marker) y"
      let isQuoted = text.contains("\"čaj ☕️\"")
      let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      let output = parse(text.replacing("čaj ☕️", with: isQuoted ? escaped : value), by: parser)
      #expect(output.calls.first?.arguments["q"] == .string(value), "\(marker)")
      #expect(output.calls.count == 1 && output.problems.isEmpty, "\(marker)")
    }
  }

  @Test("A bad call spoils none of the good ones beside it")
  func badBesideGood() {
    let texts: [(CallParser, String)] = [
      (
        .kimiK2,
        "<|tool_calls_section_begin|><|tool_call_begin|>functions.find:0<|tool_call_argument_begin|>{bad}<|tool_call_end|>"
          + "<|tool_call_begin|>functions.find:1<|tool_call_argument_begin|>{\"q\": \"a\"}<|tool_call_end|>"
          + "<|tool_calls_section_end|>"
      ),
      (
        .jsonTools,
        "<tool_call>{bad}</tool_call><tool_call>{\"name\": \"find\", \"arguments\": {\"q\": \"a\"}}</tool_call>"
      ),
      (.jsonTools, "<tool_call>[7, {\"name\": \"find\", \"arguments\": {\"q\": \"a\"}}]</tool_call>"),
      (.pythonic, "<|tool_call_start|>[find(q=*), find(q=\"a\")]<|tool_call_end|>"),
      (
        .qwen3Coder,
        "<tool_call><function=find><parameter=>b</parameter></function><function=find><parameter=q>a</parameter></function>"
          + "</tool_call>"
      ),
      (.pythonic, "<|tool_call_start|>[find(q=*, find(q=\"a\")]<|tool_call_end|>"),
      (.pythonic, "<|tool_call_start|>[find(q=\"a\"), find(q=*]<|tool_call_end|>"),
      (.pythonic, "<|tool_call_start|>[find(q=\"a\") find]<|tool_call_end|>"),
      (.pythonic, "<|tool_call_start|>[find(q=\"a\"), find(q=\"b"),
      (
        .gemma4,
        "<|tool_call>call:find{q:<|\"|>b call:find{q:<|\"|>a<|\"|>}<tool_call|>"
          .replacing("b call", with: "b<|\"|>] call")
      ),
      (.gemma4, "<|tool_call>call:find{q:<|\"|>a<|\"|>}call:find{:}<tool_call|>"),
      (.gemma4, "<|tool_call>call:find{q:<|\"|>a<|\"|>}call:find{q:<|\"|>b"),
      (.functionGemma, "<start_function_call>call:find{q}call:find{q:<escape>a<escape>}<end_function_call>"),
      (
        .qwen3Coder,
        "<tool_call><function=find><parameter=q>a</parameter></function><function=find><parameter=q>b"
      ),
      (
        .kimiK2,
        "<|tool_calls_section_begin|><|tool_call_begin|>functions.find:0<|tool_call_argument_begin|>{\"q\": \"a\"}"
          + "<|tool_call_end|><|tool_call_begin|>functions.find:1<|tool_call_argument_begin|>{\"q\""
      ),
      (.jamba, "<tool_calls>{\"name\": \"find\", \"arguments\": {\"q\": \"a\"}}\n{\"name\": </tool_calls>"),
      (.olmo3, "<function_calls>find(q='a')\nfind(q='b"),
      (.olmo3, "<function_calls>find(q=*)\nfind(q='a')</function_calls>"),
      (.mistral, "[TOOL_CALLS]find[ARGS]{bad}[TOOL_CALLS]find[ARGS]{\"q\": \"a\"}"),
      (
        .harmony,
        "<|channel|>commentary to=functions.find<|message|>{bad}<|call|><|start|>assistant to=functions.find<|channel|>"
          + "commentary json<|message|>{\"q\": \"a\"}<|call|>"
      ),
    ]
    for (parser, text) in texts {
      let output = parse(text, by: parser)
      #expect(output.calls.map(\.arguments) == [JSONObject([("q", "a")])], "\(text)")
      #expect(output.problems.count == 1, "\(text): \(output.problems)")
    }
  }

  @Test("A broken call is not mended from what stands behind its block")
  func blockEnds() {
    let broken = "<|tool_call_start|>[find(q=!]<|tool_call_end|>"
    #expect(parse(broken + " I would use, find(q=\"a\") here", by: .pythonic).calls.isEmpty)
    let next = "<|tool_call_start|>[other(), find(q=\"a\")]<|tool_call_end|>"
    #expect(parse(broken + next, by: .pythonic).calls.map(\.name) == ["other", "find"])
    let gemma = "<start_function_call>call:find{:<end_function_call> call:find{q:<escape>a<escape>}"
    #expect(parse(gemma, by: .functionGemma).calls.isEmpty)
  }

  @Test("Many broken blocks take time in proportion to the text")
  func manyBrokenBlocks() {
    let blocks: [(CallParser, String)] = [
      (.functionGemma, "<start_function_call>call:x{!<end_function_call>"),
      (.pythonic, "<|tool_call_start|>[f(!]<|tool_call_end|>"),
    ]
    for (parser, block) in blocks {
      func time(_ count: Int) -> Duration {
        let text = String(repeating: block, count: count)
        // The least of a few: what else the machine does only adds.
        let times = (0..<4).map { _ in ContinuousClock().measure { _ = parse(text, by: parser) } }
        return times.reduce(times[0], min)
      }
      _ = time(100)
      let (few, many) = (time(1000), time(8000))
      #expect(many < few * 30, "\(parser): \(few), \(many)")
    }
  }

  @Test("Many bad calls in one list take time in proportion to the text")
  func manyBadCalls() {
    let lists: [(CallParser, String, String, String)] = [
      (.pythonic, "<|tool_call_start|>[", "find(q=*, ", "find(q='a')]<|tool_call_end|>"),
      (.pythonic, "<|tool_call_start|>[", "other(q=*, ", "find(q='a')]<|tool_call_end|>"),
      (.gemma4, "<|tool_call>", "call:find{:", "call:find{q:<|\"|>a<|\"|>}<tool_call|>"),
      (.gemma4, "<|tool_call>", "call:other{:", "call:find{q:<|\"|>a<|\"|>}<tool_call|>"),
    ]
    let clock = ContinuousClock()
    for (parser, start, bad, end) in lists {
      func time(_ count: Int) -> Duration {
        let text = start + String(repeating: bad, count: count) + end
        return clock.measure { #expect(parse(text, by: parser).calls.count == 1, "\(parser) \(bad)") }
      }
      _ = time(100)
      let (few, many) = (time(2000), time(16_000))
      // Quadratic time would be 64 times as long.
      #expect(many < few * 30, "\(parser) \(bad): \(few), \(many)")
    }
  }

  @Test("A call that lacks its end does not reach into the next one, and a tag after code is a tag")
  func boundaries() {
    let good = "<tool_call>\n<function=find>\n<parameter=q>\na\n</parameter>\n</function>\n</tool_call>"
    let texts: [(CallParser, String, Int)] = [
      (.qwen3Coder, good.replacing("</function>\n", with: "") + "\n" + good, 1),
      (.pythonic, "I'll run `ls`<|tool_call_start|>[find(q=\"a\")]<|tool_call_end|>", 0),
      (
        .deepseekV3,
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>find{\"q\":1}<｜tool▁call▁end｜><｜tool▁call▁begin｜>find<｜tool▁sep｜>"
          + "{\"q\":\"a\"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>", 1
      ),
      (.jsonTools, "<tool_call>{\"name\": \"find\", \"arguments\": {\"q\": \"b\", \"q\": \"a\"}}</tool_call>", 0),
      (.hunyuan, "<tool_calls><tool_call>find\n```json\n{\"q\": \"a\"}\n```</tool_call></tool_calls>", 0),
      (.granite, "<tool_call>[{\"name\": \"find\", \"arguments\": {\"q\": \"a\"}}]", 0),
    ]
    for (parser, text, problems) in texts {
      let output = parse(text, by: parser)
      #expect(output.calls.map(\.arguments) == [JSONObject([("q", "a")])], "\(text): \(output)")
      #expect(output.problems.count == problems, "\(text): \(output.problems)")
    }
    let lines =
      "<tool_calls>\n{\"name\": \"find\", \"arguments\": {}}\n{\"name\": \"find\", \"arguments\": {}}\n</tool_calls>"
    #expect(parse(lines, by: .jamba).calls.count == 2)
  }

  @Test("Whole numbers keep their 64 bits, and digits that begin with a zero are a text")
  func numbers() throws {
    let tool = ToolDefinition(
      name: "f", description: "",
      parameters: JSONObject([("properties", ["id": ["type": "integer"], "zip": ["type": ["string", "integer"]]])]))
    let large = "<tool_call><function=f><parameter=id>1234567890123456789</parameter></function></tool_call>"
    #expect(
      Outputs.parse(large, by: .qwen3Coder, tools: [tool]).calls.first?.arguments["id"] == 1_234_567_890_123_456_789)
    let zip = "<tool_call>f<arg_key>zip</arg_key><arg_value>01234</arg_value></tool_call>"
    #expect(Outputs.parse(zip, by: .glm47, tools: [tool]).calls.first?.arguments["zip"] == "01234")
  }

  @Test("Departures from a format are read and counted")
  func leniency() {
    let call = "{\"name\": \"find\", \"arguments\": {\"q\": \"a\"}}"
    let texts: [(CallParser, String, [CallLeniency])] = [
      (.jsonTools, "<think>hm <tool_call>\(call)</tool_call>", [.unclosedReasoning]),
      (.jsonTools, "<tool_call>\(call)", [.unclosedCall]),
      (
        .jsonTools, "<tool_call>\(call.replacing("arguments", with: "parameters"))</tool_call>",
        [.parametersForArguments]
      ),
      (.qwen3Coder, "<function=find>\n<parameter=q>\na\n</parameter>\n</function>", [.missingWrapper]),
      (
        .qwen3Coder,
        "<tool_call><function=find><parameter=q>a</parameter></function></tool_call> b</parameter></function></tool_call>",
        [.ambiguousEnd]
      ),
    ]
    for (parser, text, leniencies) in texts {
      let output = parse(text, by: parser)
      #expect(output.calls.map(\.leniencies) == [leniencies], "\(text)")
    }
  }

  @Test("Reasoning that the prompt opened ends at its closing tag, and calls in it do not count")
  func openedReasoning() {
    let output = parse("I should look.\n</think>\nHello", by: .jsonTools)
    #expect(output.reasoning == "I should look.\n" && output.prose == "\nHello")
    let quoted = parse(
      "Shall I <tool_call>{\"name\": \"find\", \"arguments\": {}}</tool_call>, or <tool_call>{\"na? No.</think>No.",
      by: .jsonTools)
    #expect(quoted.calls.isEmpty && quoted.problems.isEmpty && quoted.prose == "No.")
    let closed = parse("<think><tool_call>{\"name\": \"find\"}</tool_call></think>", by: .jsonTools)
    #expect(closed.calls.isEmpty)
  }

  @Test("Harmony: the recipient before or after the channel, an opened turn, and none for the assistant")
  func harmonyHeaders() {
    for text in [
      " to=functions.find<|channel|>analysis<|message|>{\"q\": \"a\"}<|call|>",
      "<|start|>assistant to=functions.find<|channel|>commentary json<|message|>{\"q\": \"a\"}<|call|>",
      "<|channel|>analysis to=functions.find code<|message|>{\"q\": \"a\"}",
    ] {
      #expect(parse(text, by: .harmony).calls.map(\.name) == ["find"], "\(text)")
    }
    let talk = parse("<|channel|>commentary to=assistant<|message|>{\"q\": \"a\"}<|end|>", by: .harmony)
    #expect(talk.calls.isEmpty && talk.prose == "{\"q\": \"a\"}")
  }

  @Test("Bare calls begin the answer, and their tools exist")
  func bareCalls() {
    #expect(parse("{\"name\": \"other\", \"parameters\": {}}", by: .llama3JSON).calls.isEmpty)
    #expect(parse("As JSON: {\"name\": \"find\", \"parameters\": {}}", by: .llama3JSON).calls.isEmpty)
    #expect(parse("[1] is a footnote", by: .llamaPythonic).prose == "[1] is a footnote")
    let two = parse(
      "{\"name\": \"find\", \"parameters\": {\"q\": \"a\"}}; {\"name\": \"find\", \"parameters\": {}}", by: .llama3JSON)
    #expect(two.calls.count == 2)
  }

  @Test("Invalid UTF-8 is replaced")
  func invalidUTF8() {
    let output = ParsedOutput(parsing: [0x68, 0xFF, 0xE2, 0x98], by: .jsonTools, tools: [])
    #expect(output.prose == "h\u{FFFD}\u{FFFD}")
  }
}
