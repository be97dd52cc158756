/// What can be wrong with a turn of a tool loop.
public enum CallFailure: String, Sendable, CaseIterable {
  /// A call was due and none was made.
  case noCall = "no_call"
  case emptyName = "empty_name"
  /// No tool of that name is registered.
  case unknownTool = "unknown_tool"
  /// A registered tool, but not the one that was due.
  case wrongTool = "wrong_tool"
  /// What stands between the tags is no call.
  case badJSON = "bad_json"
  case missingArgument = "missing_argument"
  case wrongValue = "wrong_value"
  /// More calls than were due.
  case extraCall = "extra_call"
  /// Tags or the body of a call in the text for the user.
  case leakedSyntax = "leaked_syntax"
  /// The limit of tokens or time came before the end.
  case truncated
  /// The output ended in one text over and over.
  case repetitionLoop = "repetition_loop"
  /// A whole call in another family's way of writing: says something of the parser, nothing of the model.
  case wrongParser = "wrong_parser"
}

/// What became of one turn.
public struct CallJudgement: Sendable, Equatable {
  /// Empty for a valid turn; otherwise each kind once, in the order of `CallFailure`.
  public var failures: [CallFailure]
  /// What was wrong, in words; empty for a valid turn.
  public var detail: String
  /// The calls that the turn made.
  public var calls: [ToolCall]
  /// Whether the user or a tool gets anything: a call or text outside of reasoning.
  public var isAnswered: Bool
  public var prose: String

  public var isValid: Bool { failures.isEmpty }
}
