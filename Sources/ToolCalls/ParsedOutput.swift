/// The prose, reasoning and calls in a model's raw text.
public struct ParsedOutput: Sendable, Equatable {
  /// A failed attempt at a call.
  public enum Problem: Sendable, Equatable {
    /// The text between the tags is not a call, for the given reason.
    case malformed(String)
    /// The output ended within a call.
    case truncated
    case emptyName
  }

  public var calls: [ToolCall]
  public var problems: [Problem]
  /// The text outside of calls and reasoning.
  public var prose: String
  public var reasoning: String

  public init(calls: [ToolCall] = [], problems: [Problem] = [], prose: String = "", reasoning: String = "") {
    self.calls = calls
    self.problems = problems
    self.prose = prose
    self.reasoning = reasoning
  }
}

extension ParsedOutput {
  /// Parses the calls in the segments of an output.
  init(_ segments: [CallStream.Segment], parser: CallParser, tools: [ToolDefinition]) {
    self.init()
    for segment in segments where !segment.bytes.isEmpty || segment.part == .call {
      let text = String(decoding: segment.bytes, as: UTF8.self)
      switch segment.part {
      case .prose: prose += text
      case .reasoning: reasoning += text
      // A complete header without a message has no content.
      case .header: if segment.isOpen { problems.append(.truncated) }
      case .call: take(text, isOpen: segment.isOpen, parser, tools)
      }
    }
  }

  private mutating func take(_ body: String, isOpen: Bool, _ parser: CallParser, _ tools: [ToolDefinition]) {
    do throws(CallSyntaxError) {
      // If the closing tag is the end-of-turn token, which is not in the text, an open call is complete if it parses.
      if isOpen, parser.tags.end != nil, parser != .harmony { throw CallSyntaxError("") }
      for call in try parser.calls(in: body, tools: tools) {
        if call.name.allSatisfy(\.isWhitespace) { problems.append(.emptyName) } else { calls.append(call) }
      }
    } catch {
      problems.append(isOpen ? .truncated : .malformed(error.reason))
    }
  }
}

/// Why the text between a call's tags is not a call.
struct CallSyntaxError: Error, Equatable {
  var reason: String

  init(_ reason: String) { self.reason = reason }
}
