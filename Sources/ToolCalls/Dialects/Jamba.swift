/// Jamba: a JSON array of calls.
enum Jamba: JSONDialect {
  static let openings = ["<tool_calls>"]
  static let closing: String? = "</tool_calls>"
}
