import JSON

/// Why a file is not an envelope.
public enum EnvelopeError: Error, Equatable, Sendable, CustomStringConvertible {
  /// One thing that is wrong, and where.
  public struct Problem: Equatable, Sendable, CustomStringConvertible {
    /// The place as JSON path, such as `promotion.objectives[0].min_effect`; empty for the whole file.
    public var path: String
    public var message: String

    public init(path: String, message: String) {
      self.path = path
      self.message = message
    }

    public var description: String { path.isEmpty ? message : "\(path): \(message)" }
  }

  case unreadable(file: String, reason: String)
  case tooLarge(file: String, limit: Int)
  case notJSON(file: String, JSONError)
  /// Everything that is wrong, in the order of the contract's sections; of more than 1000 problems the number.
  case invalid(file: String, problems: [Problem])

  public var description: String {
    switch self {
    case .unreadable(let file, let reason): return "can't read the envelope \(file): \(reason)"
    case .tooLarge(let file, let limit): return "the envelope \(file) is larger than \(limit) bytes"
    case .notJSON(let file, let error): return "the envelope \(file) is \(error)"
    case .invalid(let file, let problems):
      let count = problems.count == 1 ? "1 problem" : "\(problems.count) problems"
      return (["the envelope \(file) has \(count):"] + problems.map { "  \($0)" }).joined(separator: "\n")
    }
  }
}
