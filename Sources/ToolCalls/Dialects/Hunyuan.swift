/// Hunyuan: a JSON array of calls; what is said to the user stands between tags of its own.
enum Hunyuan: JSONDialect {
  static let openings = ["<tool_calls>"]
  static let closing: String? = "</tool_calls>"
  static let frames = ["<answer>", "</answer>"]
}
