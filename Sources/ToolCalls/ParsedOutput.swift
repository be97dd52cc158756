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

  /// Parses a model's whole output.
  ///
  /// - Complexity: O(*n*) in the text.
  public init(parsing bytes: [UInt8], by parser: CallParser, tools: [ToolDefinition]) {
    if parser == .harmony {
      self = Harmony.output(bytes)
    } else {
      var reader = OutputReader(parser.dialect, tools: tools, bytes)
      self = reader.read()
    }
  }

  public init(parsing text: String, by parser: CallParser, tools: [ToolDefinition]) {
    self.init(parsing: Array(text.utf8), by: parser, tools: tools)
  }
}

/// Why the text between a call's tags is not a call.
struct CallSyntaxError: Error, Equatable {
  var reason: String
  /// Whether the call had begun, so that the text was meant as one.
  var isWithinCall = true

  init(_ reason: String, isWithinCall: Bool = true) {
    self.reason = reason
    self.isWithinCall = isWithinCall
  }
}
