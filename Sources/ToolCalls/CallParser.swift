import JSON

/// The parser of one dialect of tool calls, by its name in mlx-lm.
public enum CallParser: String, Sendable, CaseIterable {
  /// `<tool_call>{"name": …, "arguments": {…}}</tool_call>`: Hermes, Qwen 2.5 and 3.
  case jsonTools = "json_tools"
  /// `<tool_call><function=name><parameter=key>value</parameter></function></tool_call>`.
  case qwen3Coder = "qwen3_coder"
  /// `[TOOL_CALLS][{"name": …, "arguments": {…}}]` or `[TOOL_CALLS]name[ARGS]{…}`.
  case mistral
  /// `<|tool_call_start|>[name(key="value")]<|tool_call_end|>`: LFM2.
  case pythonic
  /// `<start_function_call>call:name{key:<escape>value<escape>}<end_function_call>`.
  case functionGemma = "function_gemma"
  /// `<|channel|>commentary to=functions.name <|constrain|>json<|message|>{…}<|call|>`: gpt-oss.
  case harmony
  /// `<tool_call>name<arg_key>key</arg_key><arg_value>value</arg_value></tool_call>`.
  case glm47
  /// `<minimax:tool_call><invoke name="…"><parameter name="…">value</parameter></invoke></minimax:tool_call>`.
  case minimaxM2 = "minimax_m2"
  /// `<|tool_call_begin|>functions.name:0<|tool_call_argument_begin|>{…}<|tool_call_end|>` in a section's tags.
  case kimiK2 = "kimi_k2"

  /// The parser for the dialect that a chat template asks for; nil if it asks for no known one.
  ///
  /// The marks are those by which mlx-lm 0.32 chooses, in its order; `harmony`, for which mlx-lm has no parser, comes
  /// last.
  public init?(chatTemplate: String) {
    for (marks, parser) in Self.rules where marks.allSatisfy({ chatTemplate.contains($0) }) {
      guard let parser else { return nil }
      self = parser
      return
    }
    return nil
  }

  /// The marks of each dialect; the parser is nil for one that is recognized but not supported.
  private static let rules: [(marks: [String], parser: CallParser?)] = [
    (["<minimax:tool_call>"], .minimaxM2),
    (["<|tool_call>", "<tool_call|>"], nil),
    (["<start_function_call>"], .functionGemma),
    (["<longcat_tool_call>"], nil),
    (["<arg_key>"], .glm47),
    (["<|tool_list_start|>"], .pythonic),
    (["<|tool_call_start|>"], .pythonic),
    (["<tool_call>\\n<function="], .qwen3Coder),
    (["<tool_call>\n<function="], .qwen3Coder),
    (["<|tool_calls_section_begin|>"], .kimiK2),
    (["<function name=\"", "<param name=\""], nil),
    (["[TOOL_CALLS]"], .mistral),
    (["<atem:function_calls>"], nil),
    (["<tool_call>", "tool_call.name"], .jsonTools),
    (["<|channel|>", "<|constrain|>"], .harmony),
  ]

  /// The tags around calls; the end is nil if a call ends with the output.
  var tags: (start: String, end: String?) {
    switch self {
    case .jsonTools, .qwen3Coder, .glm47: ("<tool_call>", "</tool_call>")
    case .mistral: ("[TOOL_CALLS]", nil)
    case .pythonic: ("<|tool_call_start|>", "<|tool_call_end|>")
    case .functionGemma: ("<start_function_call>", "<end_function_call>")
    case .harmony: ("<|channel|>", "<|call|>")
    case .minimaxM2: ("<minimax:tool_call>", "</minimax:tool_call>")
    case .kimiK2: ("<|tool_calls_section_begin|>", "<|tool_calls_section_end|>")
    }
  }

  /// The calls in the text between the tags, at least one.
  ///
  /// - Throws: `CallSyntaxError` if the text is not a call.
  func calls(in body: String, tools: [ToolDefinition]) throws(CallSyntaxError) -> [ToolCall] {
    switch self {
    case .jsonTools: try JSONTools.calls(in: body)
    case .qwen3Coder: try Qwen3Coder.calls(in: body, tools: tools)
    case .mistral: try Mistral.calls(in: body)
    case .pythonic: try Pythonic.calls(in: body)
    case .functionGemma: try FunctionGemma.calls(in: body)
    case .harmony: try Harmony.calls(in: body)
    case .glm47: try GLM47.calls(in: body, tools: tools)
    case .minimaxM2: try MiniMaxM2.calls(in: body, tools: tools)
    case .kimiK2: try KimiK2.calls(in: body)
    }
  }
}
