import JSON

/// Judges a turn's raw text by what a correct turn is.
public struct CallJudge: Sendable {
  public let parser: CallParser
  public let tools: [ToolDefinition]

  public init(parser: CallParser, tools: [ToolDefinition]) {
    self.parser = parser
    self.tools = tools
  }

  /// - Parameters:
  ///   - text: What the model wrote, special tokens included.
  ///   - isCutOff: Whether a limit ended it.
  ///   - expected: The calls that are due, in any order; none asks for a text without calls.
  /// - Complexity: O(*n*) in the text but for the patterns of checks.
  public func judge(_ text: String, isCutOff: Bool, expected: [ExpectedCall]) -> CallJudgement {
    judge([Array(text.utf8)], isCutOff: isCutOff, expected: expected)
  }

  /// The same for a text in pieces, which may be split anywhere.
  public func judge(_ pieces: [[UInt8]], isCutOff: Bool, expected: [ExpectedCall]) -> CallJudgement {
    let output = Self.parse(pieces, by: parser, tools: tools)
    let text = String(decoding: pieces.joined(), as: UTF8.self)
    var findings = Findings()
    if RepetitionLoop.ends(text) {
      findings.add(.repetitionLoop, "the text ends in a repetition")
    } else if isCutOff, output.calls.isEmpty || output.problems.contains(.truncated) {
      findings.add(.truncated, "the output reached its limit")
    }
    if output.calls.isEmpty, let other = otherParser(of: text) {
      findings.add(.wrongParser, "a call as \(other.rawValue) reads it, where \(parser.rawValue) was to read")
    } else {
      for problem in output.problems { findings.add(problem) }
      if let leaked = leak(in: output.prose) { findings.add(.leakedSyntax, "\(leaked) in the text") }
      compare(output.calls, with: expected, &findings)
      if expected.isEmpty, output.calls.isEmpty, findings.isEmpty, output.prose.trimmed.isEmpty {
        findings.add(.noCall, "neither text nor call")
      }
    }
    return CallJudgement(
      failures: findings.failures, detail: findings.details.joined(separator: "; "), calls: output.calls,
      isAnswered: !output.calls.isEmpty || !output.prose.trimmed.isEmpty, prose: output.prose)
  }

  static func parse(_ text: String, by parser: CallParser, tools: [ToolDefinition]) -> ParsedOutput {
    parse([Array(text.utf8)], by: parser, tools: tools)
  }

  private static func parse(_ pieces: [[UInt8]], by parser: CallParser, tools: [ToolDefinition]) -> ParsedOutput {
    var stream = CallStream(parser)
    for piece in pieces { stream.append(piece) }
    return stream.finish(tools: tools)
  }

  /// A parser by which the text is whole calls of registered tools and nothing broken.
  private func otherParser(of text: String) -> CallParser? {
    CallParser.allCases.first { other in
      // GLM's name alone between the tags that others use as well is too little to tell by.
      guard other != parser, other != .glm47 || text.contains("<arg_key>") else { return false }
      let output = Self.parse(text, by: other, tools: tools)
      return !output.calls.isEmpty && output.problems.isEmpty && output.calls.allSatisfy { tool(named: $0.name) != nil }
    }
  }

  func tool(named name: String) -> ToolDefinition? { tools.first { $0.name == name } }

  private static let tags = [
    "<tool_call>", "</tool_call>", "<function=", "<parameter=", "[TOOL_CALLS]", "[ARGS]", "<|tool_call_start|>",
    "<|tool_call_end|>", "<start_function_call>", "<end_function_call>", "<|channel|>", "<arg_key>",
    "<minimax:tool_call>", "<invoke name=", "<|tool_call_begin|>", "<|tool_calls_section_begin|>", "<tool_response>",
  ]

  /// The tag or the body of a call that stands in the prose, or nil.
  private func leak(in prose: String) -> String? {
    if let tag = Self.tags.first(where: { prose.contains($0) }) { return tag }
    let looksLikeCall = prose.contains("{") && prose.contains("\"name\"") && prose.contains("\"arguments\"")
    return looksLikeCall ? "the JSON of a call" : nil
  }
}

/// What was found wrong so far.
struct Findings {
  private var found: Set<CallFailure> = []
  private(set) var details: [String] = []

  var isEmpty: Bool { found.isEmpty }
  var failures: [CallFailure] { CallFailure.allCases.filter(found.contains) }

  mutating func add(_ failure: CallFailure, _ detail: String) {
    found.insert(failure)
    // A turn of a thousand wrong calls needs no thousand explanations.
    if details.count < 5 { details.append(detail) }
  }

  mutating func add(_ problem: ParsedOutput.Problem) {
    switch problem {
    case .malformed(let reason): add(.badJSON, reason)
    case .truncated: add(.truncated, "the output ends within a call")
    case .emptyName: add(.emptyName, "a call without a name")
    }
  }
}
