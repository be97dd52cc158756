import JSON

@testable import ToolCalls

/// One output per parser, with a call of `find` for "čaj ☕️" in it and text around where the format has room for it.
enum Outputs {
  static let all: [(parser: CallParser, text: String)] = [
    (
      .jsonTools,
      "<think>hm ☕️</think>Só.<tool_call>\n{\"name\": \"find\", \"arguments\": {\"q\": \"čaj ☕️\"}}\n</tool_call>"
    ),
    (.qwen3Coder, "Só.<tool_call>\n<function=find>\n<parameter=q>\nčaj ☕️\n</parameter>\n</function>\n</tool_call>"),
    (.mistral, "[THINK]hm[/THINK]Só.[TOOL_CALLS]find[CALL_ID]a1B2c3D4e[ARGS]{\"q\": \"čaj ☕️\"}"),
    (.pythonic, "Só.<|tool_call_start|>[find(q=\"čaj ☕️\")]<|tool_call_end|>"),
    (.functionGemma, "Só.<start_function_call>call:find{q:<escape>čaj ☕️<escape>}<end_function_call>"),
    (.gemma4, "<|channel>thought\nhm<channel|>Só.<|tool_call>call:find{q:<|\"|>čaj ☕️<|\"|>}<tool_call|>"),
    (
      .harmony,
      "<|channel|>analysis<|message|>hm ☕️<|end|><|start|>assistant<|channel|>final<|message|>Só.<|end|>"
        + "<|start|>assistant<|channel|>commentary to=functions.find <|constrain|>json<|message|>{\"q\": \"čaj ☕️\"}<|call|>"
    ),
    (.glm47, "Só.<tool_call>find\n<arg_key>q</arg_key>\n<arg_value>čaj ☕️</arg_value></tool_call>"),
    (
      .longcat,
      "<longcat_think>hm</longcat_think>Só.<longcat_tool_call>find\n<longcat_arg_key>q</longcat_arg_key>\n"
        + "<longcat_arg_value>čaj ☕️</longcat_arg_value>\n</longcat_tool_call>"
    ),
    (
      .minimaxM2,
      "Só.<minimax:tool_call><invoke name=\"find\"><parameter name=\"q\">čaj ☕️</parameter></invoke></minimax:tool_call>"
    ),
    (
      .kimiK2,
      "Só.<|tool_calls_section_begin|><|tool_call_begin|>functions.find:0<|tool_call_argument_begin|>{\"q\": \"čaj ☕️\"}"
        + "<|tool_call_end|><|tool_calls_section_end|>"
    ),
    (
      .deepseekV3,
      "Só.<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>find<｜tool▁sep｜>{\"q\": \"čaj ☕️\"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>"
    ),
    (
      .deepseekV3,
      "Só.<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>find\n```json\n{\"q\": \"čaj ☕️\"}\n```"
        + "<｜tool▁call▁end｜><｜tool▁calls▁end｜>"
    ),
    (
      .deepseekV32,
      "Só.<｜DSML｜function_calls>\n<｜DSML｜invoke name=\"find\">\n<｜DSML｜parameter name=\"q\" string=\"true\">čaj ☕️"
        + "</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜function_calls>"
    ),
    (
      .seedOSS,
      "<seed:think>hm</seed:think>Só.<seed:tool_call>\n<function=find>\n<parameter=q>čaj ☕️</parameter>\n</function>\n"
        + "</seed:tool_call>"
    ),
    (
      .step3,
      "Só.<｜tool_calls_begin｜><｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name=\"find\">"
        + "<steptml:parameter name=\"q\">čaj ☕️</steptml:parameter></steptml:invoke><｜tool_call_end｜><｜tool_calls_end｜>"
    ),
    (
      .ernie45,
      "hm\n</think>\n\n<response>\nSó.</response>\n<tool_call>\n{\"name\": \"find\", \"arguments\": {\"q\": \"čaj ☕️\"}}\n</tool_call>"
    ),
    (
      .hunyuan,
      "<think>hm</think><answer>Só.</answer><tool_calls>[{\"name\": \"find\", \"arguments\": {\"q\": \"čaj ☕️\"}}]</tool_calls>"
    ),
    (.jamba, "Só.<tool_calls>[\n  {\"name\": \"find\", \"arguments\": {\"q\": \"čaj ☕️\"}}\n]</tool_calls>"),
    (
      .nemotronNano,
      "<think>hm</think>Só.<TOOLCALL>[{\"name\": \"find\", \"arguments\": {\"q\": \"čaj ☕️\"}}]</TOOLCALL>"
    ),
    (.phi4Mini, "Só.<|tool_call|>[{\"name\": \"find\", \"arguments\": {\"q\": \"čaj ☕️\"}}]<|/tool_call|>"),
    (.granite, "Só.<|tool_call|>[{\"name\": \"find\", \"arguments\": {\"q\": \"čaj ☕️\"}}]"),
    (.apertus, "<|inner_prefix|>hm<|inner_suffix|>Só.<|tools_prefix|>[{\"find\": {\"q\": \"čaj ☕️\"}}]<|tools_suffix|>"),
    (
      .commandR7B,
      "<|START_THINKING|>hm<|END_THINKING|>Só.<|START_ACTION|>[\n    {\"tool_call_id\": \"0\", \"tool_name\": \"find\", "
        + "\"parameters\": {\"q\": \"čaj ☕️\"}}\n]<|END_ACTION|>"
    ),
    (.olmo3, "Só.<function_calls>find(q=\"čaj ☕️\")</function_calls>"),
    (.llama3JSON, "Só.<|python_tag|>{\"name\": \"find\", \"parameters\": {\"q\": \"čaj ☕️\"}}"),
    (.llama3JSON, "{\"name\": \"find\", \"parameters\": {\"q\": \"čaj ☕️\"}}"),
    (.llamaPythonic, "[find(q=\"čaj ☕️\")]"),
    (.llamaPythonic, "Só.<|python_start|>[find(q=\"čaj ☕️\")]<|python_end|>"),
    (.xlam, "[{\"name\": \"find\", \"arguments\": {\"q\": \"čaj ☕️\"}}]"),
    (.xlam, "```json\n[{\"name\": \"find\", \"arguments\": {\"q\": \"čaj ☕️\"}}]\n```"),
  ]

  static let tools = [
    ToolDefinition(
      name: "find", description: "",
      parameters: JSONObject([("properties", ["q": ["type": "string"]]), ("required", ["q"])]))
  ]

  static func parse(_ text: String, by parser: CallParser, tools: [ToolDefinition] = tools) -> ParsedOutput {
    ParsedOutput(parsing: text, by: parser, tools: tools)
  }
}
