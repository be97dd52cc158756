/// xLAM: a JSON array of calls without a tag, or in a block of code.
enum XLAM: CallDialect {
  static let openings: [String] = []
  static let bareOpenings = ["[", "```json", "```\n["]

  static func read(_ scanner: inout ByteScanner, tools: [ToolDefinition]) -> CallReading {
    let isFenced = scanner.skip("```json") || scanner.skip("```")
    guard case .success(let (calls, problems)) = JSONCalls.read(&scanner) else { return .text }
    return isFenced ? .closed(calls, problems: problems, by: "```", &scanner) : .calls(calls, problems: problems)
  }
}
