/// Llama 3.1 to 3.3: JSON objects with `name` and `parameters`, without a tag or after one, with semicolons between them.
enum Llama3JSON: CallDialect {
  static let openings = ["<|python_tag|>"]
  static let bareOpenings = ["{"]
  private static let members = JSONCalls.Members(arguments: "parameters", lenientArguments: "arguments")

  static func read(_ scanner: inout ByteScanner, tools: [ToolDefinition]) -> CallReading {
    let isTagged = scanner.skip(openings[0])
    var calls: [ToolCall] = []
    var problems: [ParsedOutput.Problem] = []
    repeat {
      switch JSONCalls.read(&scanner, members) {
      case nil:
        guard calls.isEmpty, isTagged else { return .text }
        return .failed("not JSON", in: scanner)
      case .failure(let error): problems.append(.malformed(error.reason))
      case .success(let (more, others)):
        // Either name of the arguments is common here.
        calls += more.map { ToolCall(name: $0.name, arguments: $0.arguments) }
        problems += others
      }
    } while scanner.skipAfterSpace(";")
    return .calls(calls, problems: problems)
  }
}
