/// Hermes, Qwen 2.5 and 3, SmolLM3: a JSON object with `name` and `arguments`, or an array of them.
enum JSONTools: JSONDialect {
  static let openings = ["<tool_call>"]
  static let closing: String? = "</tool_call>"
}
