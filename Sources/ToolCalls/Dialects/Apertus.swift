import JSON

/// Apertus: a JSON array of objects, each with one member: the tool's name and its arguments.
enum Apertus: CallDialect {
  static let openings = ["<|tools_prefix|>"]
  static let closing: String? = "<|tools_suffix|>"
  static let reasoning = [ReasoningTags("<|inner_prefix|>", "<|inner_suffix|>")]

  static func read(_ scanner: inout ByteScanner, tools: [ToolDefinition]) -> CallReading {
    guard scanner.skip(openings[0]) else { return .text }
    scanner.skipSpace()
    guard scanner.next != nil else { return .unfinished() }
    guard let value = scanner.json() else { return .failed("not JSON", in: scanner) }
    var calls: [ToolCall] = []
    var problems: [ParsedOutput.Problem] = []
    for element in value.array ?? [value] {
      guard let member = element.object?.members.first, element.object?.count == 1,
        let arguments = try? JSONCalls.arguments(member.value)
      else {
        problems.append(.malformed("not an object of a name and arguments"))
        continue
      }
      calls.append(ToolCall(name: member.name, arguments: arguments))
    }
    return .closed(calls, problems: problems, by: closing, &scanner)
  }
}
