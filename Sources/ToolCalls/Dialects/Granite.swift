/// Granite 3: a JSON array of calls up to the end of the turn.
enum Granite: JSONDialect {
  static let openings = ["<|tool_call|>", "<tool_call>"]
}
