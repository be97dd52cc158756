/// A way in which a turn of a tool loop can fail.
public enum CallFailure: String, Sendable, CaseIterable {
  /// A call was expected and none was made.
  case noCall = "no_call"
  case emptyName = "empty_name"
  /// No tool of that name is registered.
  case unknownTool = "unknown_tool"
  /// A registered tool, but not the expected one.
  case wrongTool = "wrong_tool"
  /// The text between the tags is not a call.
  case badJSON = "bad_json"
  case missingArgument = "missing_argument"
  case wrongValue = "wrong_value"
  /// More calls than were expected.
  case extraCall = "extra_call"
  /// Tags or the body of a call in the text for the user.
  case leakedSyntax = "leaked_syntax"
  /// The limit of tokens or time was reached before the end.
  case truncated
  /// The output ended in one text repeated over and over.
  case repetitionLoop = "repetition_loop"
  /// A whole call in another family's dialect: a fault of the chosen parser, not of the model.
  case wrongParser = "wrong_parser"
}

/// The result of judging one turn.
public struct CallJudgement: Sendable, Equatable {
  /// Empty for a valid turn; otherwise each kind once, in the order of `CallFailure`.
  public var failures: [CallFailure]
  /// A description of the failures and of how calls depart from their format; empty for a turn without either.
  public var detail: String
  /// The calls that the turn made.
  public var calls: [ToolCall]
  /// Whether the turn has a call, or text outside of reasoning.
  public var isAnswered: Bool
  public var prose: String

  public var isValid: Bool { failures.isEmpty }
}

/// The failures of a turn found so far.
struct Findings {
  private var found: Set<CallFailure> = []
  private(set) var details: [String] = []

  var isEmpty: Bool { found.isEmpty }
  var failures: [CallFailure] { CallFailure.allCases.filter(found.contains) }

  mutating func add(_ failure: CallFailure, _ detail: String) {
    found.insert(failure)
    // A few suffice to explain a turn of a thousand wrong calls.
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
