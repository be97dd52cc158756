/// FunctionGemma: `call:name{…}` with texts between `<escape>` marks.
enum FunctionGemma: CallDialect {
  static let openings = ["<start_function_call>"]
  static let closing: String? = "<end_function_call>"

  static func read(_ scanner: inout ByteScanner, tools: [ToolDefinition]) -> CallReading {
    GemmaCalls(quote: "<escape>").read(&scanner, from: openings[0], to: closing, tools: tools)
  }
}
