/// Llama 3.2 and 4: a Python list of calls without a tag.
enum LlamaPythonic: CallDialect {
  static let openings = ["<|python_start|>"]
  static let closing: String? = "<|python_end|>"
  static let bareOpenings = ["["]

  static func read(_ scanner: inout ByteScanner, tools: [ToolDefinition]) -> CallReading {
    let isTagged = scanner.skip(openings[0])
    return PythonCalls.list(&scanner, tools: tools, closing: isTagged ? closing : nil)
  }
}
