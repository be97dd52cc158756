import JSON

/// What an examination of one part of the set-up found.
public struct Finding: Sendable, Equatable {
  public enum State: String, Sendable, CaseIterable {
    case fine
    /// Measuring works, but something will cost or mislead.
    case warning
    /// Measuring will fail or not start.
    case failure
  }

  /// The part, such as `registry` or `model org/name`.
  public var subject: String
  public var state: State
  public var detail: String
  /// The command that mends it, where there is something to mend.
  public var remedy: String?

  public init(_ subject: String, _ state: State, _ detail: String, remedy: String? = nil) {
    self.subject = subject
    self.state = state
    self.detail = detail
    self.remedy = remedy
  }

  public var json: JSONValue {
    [
      "subject": .string(subject), "state": .string(state.rawValue), "detail": .string(detail),
      "remedy": remedy.map { .string($0) } ?? .null,
    ]
  }
}
