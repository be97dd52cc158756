/// ERNIE 4.5: calls as Hermes writes them; what is said to the user stands between tags of its own.
enum ERNIE45: JSONDialect {
  static let openings = ["<tool_call>"]
  static let closing: String? = "</tool_call>"
  static let frames = ["<response>", "</response>"]
}
