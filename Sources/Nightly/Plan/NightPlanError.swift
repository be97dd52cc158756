import Envelopes
import JSON

/// Why a file is not a night's plan.
public enum NightPlanError: Error, Equatable, Sendable, CustomStringConvertible {
  case unreadable(file: String, reason: String)
  case notJSON(file: String, JSONError)
  /// Everything that is wrong, with paths.
  case invalid(file: String, problems: [EnvelopeError.Problem])

  public var description: String {
    switch self {
    case .unreadable(let file, let reason): return "can't read the plan \(file): \(reason)"
    case .notJSON(let file, let error): return "the plan \(file) is \(error)"
    case .invalid(let file, let problems):
      let count = problems.count == 1 ? "1 problem" : "\(problems.count) problems"
      return (["the plan \(file) has \(count):"] + problems.map { "  \($0)" }).joined(separator: "\n")
    }
  }
}
