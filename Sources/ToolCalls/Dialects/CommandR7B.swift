/// Command R7B and A: a JSON array of calls by `tool_name` and `parameters`.
enum CommandR7B: JSONDialect {
  static let openings = ["<|START_ACTION|>"]
  static let closing: String? = "<|END_ACTION|>"
  static let reasoning = [ReasoningTags("<|START_THINKING|>", "<|END_THINKING|>")]
  static let frames = ["<|START_RESPONSE|>", "<|END_RESPONSE|>", "<|START_TEXT|>", "<|END_TEXT|>"]
  static let members = JSONCalls.Members(name: "tool_name", arguments: "parameters", lenientArguments: nil)
}
