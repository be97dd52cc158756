/// What a model's raw text holds.
public struct ParsedOutput: Sendable, Equatable {
  /// Something that was meant as a call and is none.
  public enum Problem: Sendable, Equatable {
    /// The text between the tags is not a call; says why.
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

/// Why the text between a call's tags is no call.
struct CallSyntaxError: Error, Equatable {
  var reason: String

  init(_ reason: String) { self.reason = reason }
}
