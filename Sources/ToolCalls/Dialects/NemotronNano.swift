/// Nemotron Nano v2: a JSON array of calls.
enum NemotronNano: JSONDialect {
  static let openings = ["<TOOLCALL>"]
  static let closing: String? = "</TOOLCALL>"
}
