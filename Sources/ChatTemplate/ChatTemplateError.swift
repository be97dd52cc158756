/// Why a chat template can't be read or rendered. Lines count from 1.
public enum ChatTemplateError: Error, Equatable, Sendable {
  /// Which limit was exceeded.
  public enum Limit: String, Sendable {
    /// Levels of statements and brackets in the source.
    case nesting
    /// Levels of calls and values while rendering.
    case depth
    case steps
    case allocations
    case output
  }

  /// The source is not a Jinja template.
  case syntax(String, line: Int)
  /// The template refused its input by calling `raise_exception`, usually for a conversation it has no form for.
  case raised(String, line: Int)
  /// Something undefined was used where Jinja needs a value.
  case undefined(String, line: Int)
  /// An operation on values that have no such operation.
  case invalid(String, line: Int)
  /// Valid Jinja that chat templates do without.
  case unsupported(String, line: Int)
  /// The template exceeded a limit.
  case limit(Limit, maximum: Int, line: Int)
}

extension ChatTemplateError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .syntax(let problem, let line): "chat template, line \(line): \(problem)"
    case .raised(let message, let line): "the chat template refused the conversation (line \(line)): \(message)"
    case .undefined(let what, let line): "chat template, line \(line): \(what)"
    case .invalid(let problem, let line): "chat template, line \(line): \(problem)"
    case .unsupported(let what, let line): "chat template, line \(line): \(what) is not supported"
    case .limit(.nesting, let maximum, let line):
      "chat template, line \(line): nested more than \(maximum) levels deep"
    case .limit(.depth, let maximum, let line):
      "chat template, line \(line): calls or values nested more than \(maximum) levels deep"
    case .limit(.steps, let maximum, let line):
      "chat template, line \(line): not done after \(maximum) steps"
    case .limit(.allocations, let maximum, let line):
      "chat template, line \(line): made more than \(maximum) values and pieces of text"
    case .limit(.output, let maximum, let line):
      "chat template, line \(line): text longer than \(maximum) bytes"
    }
  }
}
