import JSON

/// Judges the raw text of a turn against the calls that it is expected to make.
public struct CallJudge: Sendable {
  public let parser: CallParser
  public let tools: [ToolDefinition]

  public init(parser: CallParser, tools: [ToolDefinition]) {
    self.parser = parser
    self.tools = tools
  }

  /// Judges a turn.
  ///
  /// - Parameters:
  ///   - text: The model's output, special tokens included.
  ///   - isCutOff: Whether a limit ended it.
  ///   - expected: The expected calls, in any order; empty if the turn should be a text without calls.
  /// - Complexity: O(*n*) in the text, except for the patterns of checks.
  public func judge(_ text: String, isCutOff: Bool, expected: [ExpectedCall]) -> CallJudgement {
    judge([Array(text.utf8)], isCutOff: isCutOff, expected: expected)
  }

  /// Judges a turn whose text comes in pieces, which may be split anywhere.
  public func judge(_ pieces: [[UInt8]], isCutOff: Bool, expected: [ExpectedCall]) -> CallJudgement {
    let bytes = Array(pieces.joined())
    let output = ParsedOutput(parsing: bytes, by: parser, tools: tools)
    let text = String(decoding: bytes, as: UTF8.self)
    var findings = Findings()
    if RepetitionLoop.ends(text) {
      findings.add(.repetitionLoop, "the text ends in a repetition")
    } else if isCutOff, output.calls.isEmpty || output.problems.contains(.truncated) {
      findings.add(.truncated, "the output reached its limit")
    }
    if output.calls.isEmpty, let other = otherParser(of: text) {
      findings.add(.wrongParser, "a call in the dialect of \(other.rawValue), but the parser is \(parser.rawValue)")
    } else {
      for problem in output.problems { findings.add(problem) }
      if let leaked = leak(in: output.prose) { findings.add(.leakedSyntax, "\(leaked) in the text") }
      compare(output.calls, with: expected, &findings)
      if expected.isEmpty, output.calls.isEmpty, findings.isEmpty, output.prose.trimmed.isEmpty {
        findings.add(.noCall, "neither text nor call")
      }
    }
    let leniencies = Set(output.calls.flatMap(\.leniencies)).sorted().map(\.rawValue)
    let details =
      findings.details + (leniencies.isEmpty ? [] : ["read in spite of \(leniencies.joined(separator: ", "))"])
    return CallJudgement(
      failures: findings.failures, detail: details.joined(separator: "; "), calls: output.calls,
      isAnswered: !output.calls.isEmpty || !output.prose.trimmed.isEmpty, prose: output.prose)
  }

  /// A parser that reads the text as complete calls of registered tools, without any problem; nil if there is none.
  private func otherParser(of text: String) -> CallParser? {
    CallParser.allCases.first { other in
      // A name alone, which GLM allows between tags that others also use, is too little evidence.
      guard other != parser, !other.isBare, other != .glm47 || text.contains("<arg_key>") else { return false }
      let output = ParsedOutput(parsing: text, by: other, tools: tools)
      return !output.calls.isEmpty && output.problems.isEmpty && output.calls.allSatisfy { tool(named: $0.name) != nil }
    }
  }

  private func tool(named name: String) -> ToolDefinition? { tools.first { $0.name == name } }

  private static let tags = [
    "<tool_call>", "</tool_call>", "<function=", "<parameter=", "[TOOL_CALLS]", "<|tool_call_start|>",
    "<|tool_call_end|>", "<start_function_call>", "<end_function_call>", "<|channel|>", "<arg_key>",
    "<minimax:tool_call>", "<invoke name=", "<|tool_call_begin|>", "<|tool_calls_section_begin|>", "<tool_response>",
    "<|tool_call>", "<tool_call|>", "<longcat_tool_call>", "<｜tool▁call", "<｜DSML｜", "<seed:tool_call>", "<｜tool_call",
    "<tool_calls>", "<TOOLCALL>", "<|tool_call|>", "<|tools_prefix|>", "<|START_ACTION|>", "<function_calls>",
    "<|python_tag|>",
  ]

  /// The tag or the body of a call that the prose contains; nil if there is none.
  private func leak(in prose: String) -> String? {
    // A tag in code is talked about.
    if let tag = Self.tags.first(where: { prose.replacing("`" + $0, with: "").contains($0) }) { return tag }
    let looksLikeCall = prose.contains("{") && prose.contains("\"name\"") && prose.contains("\"arguments\"")
    return looksLikeCall ? "the JSON of a call" : nil
  }
}

/// Comparison with the expected calls.
extension CallJudge {
  /// Compares the calls made with the expected ones, in any order: as many expected calls as possible are matched with one
  /// that passes, and each of the others with the first left of its name.
  private func compare(_ calls: [ToolCall], with expected: [ExpectedCall], _ findings: inout Findings) {
    var open = calls
    for call in calls where tool(named: call.name) == nil {
      findings.add(.unknownTool, "there is no tool \"\(call.name.prefix(60))\"")
    }
    open.removeAll { tool(named: $0.name) == nil }
    let wasUnknown = open.count < calls.count
    let matches = matches(of: open, with: expected)
    let taken = Set(matches.compactMap(\.self))
    open = open.indices.filter { !taken.contains($0) }.map { open[$0] }
    for (wanted, match) in zip(expected, matches) where match == nil {
      if let index = open.firstIndex(where: { $0.name == wanted.name }) {
        for (failure, detail) in mismatches(of: open.remove(at: index), wanted) { findings.add(failure, detail) }
      } else if let other = open.first {
        findings.add(.wrongTool, "\(other.name) was called, but \(wanted.name) was due")
        open.removeFirst()
      } else if !wasUnknown, findings.isEmpty || !calls.isEmpty {
        // After a malformed or truncated call, a missing call is not a second failure.
        findings.add(.noCall, "\(wanted.name) was due, but not called")
      }
    }
    if let extra = open.first {
      findings.add(
        .extraCall, "\(extra.name) was \(expected.isEmpty ? "called, but no call was due" : "also called")")
    }
  }

  /// For each expected call the index of a call that passes, in a largest matching (Kuhn 1955); nil for one left over.
  private func matches(of calls: [ToolCall], with expected: [ExpectedCall]) -> [Int?] {
    let passing = expected.map { wanted in calls.indices.filter { mismatches(of: calls[$0], wanted).isEmpty } }
    var owners: [Int: Int] = [:]
    func match(_ wanted: Int, _ visited: inout Set<Int>) -> Bool {
      for call in passing[wanted] where visited.insert(call).inserted {
        if let owner = owners[call], !match(owner, &visited) { continue }
        owners[call] = wanted
        return true
      }
      return false
    }
    var matches = [Int?](repeating: nil, count: expected.count)
    for wanted in expected.indices {
      var visited: Set<Int> = []
      _ = match(wanted, &visited)
    }
    for (call, wanted) in owners { matches[wanted] = call }
    return matches
  }

  private func mismatches(of call: ToolCall, _ wanted: ExpectedCall) -> [(CallFailure, String)] {
    guard call.name == wanted.name else { return [(.wrongTool, call.name)] }
    var found: [(CallFailure, String)] = []
    for argument in wanted.arguments {
      guard let value = call.arguments[argument.name] else {
        if !argument.isOptional { found.append((.missingArgument, "\(argument.name) of \(call.name) is missing")) }
        continue
      }
      if !argument.check.passes(value) {
        found.append((.wrongValue, "\(argument.name) of \(call.name) is \(value.serialized().prefix(80))"))
      }
    }
    let tool = tool(named: call.name)
    for name in tool?.required ?? [] where call.arguments[name] == nil {
      if !wanted.arguments.contains(where: { $0.name == name }) {
        found.append((.missingArgument, "\(name) of \(call.name) is missing"))
      }
    }
    for member in call.arguments.members where !wanted.arguments.contains(where: { $0.name == member.name }) {
      if let problem = problem(ofOther: member, tool, wanted) {
        found.append((.wrongValue, "\(member.name.prefix(60)) of \(call.name) \(problem)"))
      }
    }
    return found
  }

  private func problem(
    ofOther member: JSONObject.Member, _ tool: ToolDefinition?, _ wanted: ExpectedCall
  ) -> String? {
    guard wanted.allowsOthers, let schema = tool?.schema(of: member.name) else { return "is not an argument" }
    return JSONSchema(schema).problem(of: member.value)
  }
}

/// Detects a text that ends in one piece repeated over and over.
private enum RepetitionLoop {
  /// Whether a piece of up to a quarter of the last 256, 1024 or 4096 bytes, repeated, makes up those bytes.
  ///
  /// - Complexity: O(1): only the tail is read.
  static func ends(_ text: String) -> Bool {
    let tail = Array(text.utf8.suffix(4096))
    return [256, 1024, 4096].contains { window in
      guard tail.count >= window else { return false }
      return period(of: tail.suffix(window)) <= window / 4
    }
  }

  /// The smallest shift that maps the bytes onto themselves, by the failure function of Knuth, Morris and Pratt.
  private static func period(of bytes: ArraySlice<UInt8>) -> Int {
    let bytes = Array(bytes)
    var border = [Int](repeating: 0, count: bytes.count)
    var length = 0
    for index in bytes.indices.dropFirst() {
      while length > 0, bytes[index] != bytes[length] { length = border[length - 1] }
      if bytes[index] == bytes[length] { length += 1 }
      border[index] = length
    }
    return bytes.count - (border.last ?? 0)
  }
}
