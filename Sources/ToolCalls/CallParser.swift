/// The parser of one dialect of tool calls; those that mlx-lm has go by its names.
public enum CallParser: String, Sendable, CaseIterable {
  /// `<tool_call>{"name": …, "arguments": {…}}</tool_call>`: Hermes, Qwen 2.5 and 3, SmolLM3.
  case jsonTools = "json_tools"
  /// `<tool_call><function=name><parameter=key>value</parameter></function></tool_call>`.
  case qwen3Coder = "qwen3_coder"
  /// `[TOOL_CALLS][{"name": …, "arguments": {…}}]` or `[TOOL_CALLS]name[ARGS]{…}`.
  case mistral
  /// `<|tool_call_start|>[name(key="value")]<|tool_call_end|>`: LFM2.
  case pythonic
  /// `<start_function_call>call:name{key:<escape>value<escape>}<end_function_call>`.
  case functionGemma = "function_gemma"
  /// `<|tool_call>call:name{key:<|"|>value<|"|>}<tool_call|>`.
  case gemma4
  /// `<|channel|>commentary to=functions.name <|constrain|>json<|message|>{…}<|call|>`: gpt-oss.
  case harmony
  /// `<tool_call>name<arg_key>key</arg_key><arg_value>value</arg_value></tool_call>`.
  case glm47
  /// `<longcat_tool_call>name<longcat_arg_key>key</longcat_arg_key>…</longcat_tool_call>`.
  case longcat
  /// `<minimax:tool_call><invoke name="…"><parameter name="…">value</parameter></invoke></minimax:tool_call>`.
  case minimaxM2 = "minimax_m2"
  /// `<|tool_call_begin|>functions.name:0<|tool_call_argument_begin|>{…}<|tool_call_end|>` in a section's tags.
  case kimiK2 = "kimi_k2"
  /// `<｜tool▁call▁begin｜>name<｜tool▁sep｜>{…}<｜tool▁call▁end｜>` of V3.1, and the longer form of V3 and R1.
  case deepseekV3 = "deepseek_v3"
  /// `<｜DSML｜invoke name="…"><｜DSML｜parameter name="…" string="true">value</｜DSML｜parameter></｜DSML｜invoke>`.
  case deepseekV32 = "deepseek_v32"
  /// `<seed:tool_call><function=name><parameter=key>value</parameter></function></seed:tool_call>`.
  case seedOSS = "seed_oss"
  /// `<｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name="…">…</steptml:invoke><｜tool_call_end｜>`.
  case step3
  /// `<tool_call>{…}</tool_call>` beside `<response>…</response>`: ERNIE 4.5.
  case ernie45
  /// `<tool_calls>[{"name": …, "arguments": {…}}]</tool_calls>` of Hunyuan A13B, and
  /// `<tool_calls><tool_call>name` with JSON in a block of code of the dense ones.
  case hunyuan
  /// `<tool_calls>[…]</tool_calls>` likewise.
  case jamba
  /// `<TOOLCALL>[{"name": …, "arguments": {…}}]</TOOLCALL>`: Nemotron Nano v2.
  case nemotronNano = "nemotron_nano_v2"
  /// `<|tool_call|>[{"name": …, "arguments": {…}}]<|/tool_call|>`.
  case phi4Mini = "phi4_mini"
  /// `<|tool_call|>[{"name": …, "arguments": {…}}]`: Granite 3.
  case granite
  /// `<|tools_prefix|>[{"name": {…}}]<|tools_suffix|>`.
  case apertus
  /// `<|START_ACTION|>[{"tool_name": …, "parameters": {…}}]<|END_ACTION|>`: Command R7B and A.
  case commandR7B = "command_r7b"
  /// `<function_calls>name(key="value")` and one call a line, `</function_calls>`.
  case olmo3
  /// `{"name": …, "parameters": {…}}` alone or after `<|python_tag|>`: Llama 3.1 to 3.3.
  case llama3JSON = "llama3_json"
  /// `[name(key="value")]` alone: Llama 3.2 and 4.
  case llamaPythonic = "llama_pythonic"
  /// `[{"name": …, "arguments": {…}}]` alone.
  case xlam

  var dialect: any CallDialect.Type {
    switch self {
    case .jsonTools: JSONTools.self
    case .qwen3Coder: Qwen3Coder.self
    case .mistral: Mistral.self
    case .pythonic: Pythonic.self
    case .functionGemma: FunctionGemma.self
    case .gemma4: Gemma4.self
    case .harmony: Harmony.self
    case .glm47: GLM47.self
    case .longcat: LongCat.self
    case .minimaxM2: MiniMaxM2.self
    case .kimiK2: KimiK2.self
    case .deepseekV3: DeepSeekV3.self
    case .deepseekV32: DeepSeekV32.self
    case .seedOSS: SeedOSS.self
    case .step3: Step3.self
    case .ernie45: ERNIE45.self
    case .hunyuan: Hunyuan.self
    case .jamba: Jamba.self
    case .nemotronNano: NemotronNano.self
    case .phi4Mini: Phi4Mini.self
    case .granite: Granite.self
    case .apertus: Apertus.self
    case .commandR7B: CommandR7B.self
    case .olmo3: OLMo3.self
    case .llama3JSON: Llama3JSON.self
    case .llamaPythonic: LlamaPythonic.self
    case .xlam: XLAM.self
    }
  }

  /// Whether calls have no tag of their own, so that any JSON or list might be one.
  var isBare: Bool { !dialect.bareOpenings.isEmpty }
}

/// The choice by a chat template.
extension CallParser {
  /// The parser for the dialect that a chat template asks for; nil if it asks for no known one.
  ///
  /// The marks are those by which mlx-lm 0.32 chooses, in its order, and after them those of dialects that it has no parser
  /// for. A dialect that mlx-lm knows and this does not is none.
  public init?(chatTemplate: String) {
    for (marks, parser) in Self.rules where marks.allSatisfy({ chatTemplate.contains($0) }) {
      guard let parser else { return nil }
      self = parser
      return
    }
    return nil
  }

  private static let rules: [(marks: [String], parser: CallParser?)] = [
    (["<minimax:tool_call>"], .minimaxM2),
    (["<|tool_call>", "<tool_call|>"], .gemma4),
    (["<start_function_call>"], .functionGemma),
    (["<longcat_tool_call>"], .longcat),
    (["<arg_key>"], .glm47),
    (["<|tool_list_start|>"], .pythonic),
    (["<|tool_call_start|>"], .pythonic),
    (["<seed:tool_call>"], .seedOSS),
    (["<tool_call>\\n<function="], .qwen3Coder),
    (["<tool_call>\n<function="], .qwen3Coder),
    (["<|tool_calls_section_begin|>"], .kimiK2),
    (["<function name=\"", "<param name=\""], nil),
    (["[TOOL_CALLS]"], .mistral),
    (["<atem:function_calls>"], nil),
    (["｜DSML｜", "function_calls"], .deepseekV32),
    (["<steptml:invoke"], .step3),
    (["<｜tool▁calls▁begin｜>"], .deepseekV3),
    (["<TOOLCALL>"], .nemotronNano),
    (["<|tools_prefix|>"], .apertus),
    (["<|START_ACTION|>"], .commandR7B),
    (["<|/tool_call|>"], .phi4Mini),
    (["<|tool|>", "<|/tool|>"], .phi4Mini),
    (["functools["], .phi4Mini),
    (["<|tool_call|>"], .granite),
    (["<function_calls>", "</function_calls>"], .olmo3),
    (["<tool_calls>", "助手："], .hunyuan),
    (["<tool_calls>", "<tool_call>function"], .hunyuan),
    (["<tool_calls>", "</tool_calls>"], .jamba),
    (["]<]minimax[>["], nil),
    (["<tool_call>", "<response>"], .ernie45),
    (["<tool_call>", "tool_call.name"], .jsonTools),
    // Templates that only say in words how to call, such as those of SmolLM3 and Reka.
    (["<tool_call>", "\"arguments\""], .jsonTools),
    (["<tool_call>", "\\\"arguments\\\""], .jsonTools),
    (["<tool_call>", "tool_calls"], .jsonTools),
    (["<|channel|>", "<|message|>", "commentary"], .harmony),
    (["<|channel|>", "<|constrain|>"], .harmony),
    (["<function=", "</function>", "<|python_tag|>"], nil),
    (["<|python_tag|>"], .llama3JSON),
    (["<|start_header_id|>", "\"parameters\""], .llama3JSON),
    (["<|header_start|>", "func_name"], .llamaPythonic),
    (["<|header_start|>", "\"parameters\""], .llama3JSON),
    (["xlam"], .xlam),
    (["xLAM"], .xlam),
  ]
}
