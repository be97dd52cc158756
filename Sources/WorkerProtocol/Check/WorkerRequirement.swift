/// One requirement of the line protocol, and how a worker is checked against it.
public struct WorkerRequirement: Sendable {
  /// For programs, e.g. `fixed-length`.
  public let name: String
  /// The requirement in one sentence.
  public let text: String
  /// Throws `Violation`, `Unsupported` or `WorkerFailure` unless the worker meets the requirement.
  let check: @Sendable (CheckedWorker) async throws -> Void

  /// All requirements, in the order in which they are checked.
  public static var all: [WorkerRequirement] { framing + order + generation + embedding + slicing + limits + ending }
}

/// What a worker does that the protocol forbids.
struct Violation: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// A worker that says it does not offer what a requirement is about.
struct Unsupported: Error, CustomStringConvertible {
  let description: String
}

/// Throws `Violation` unless the condition holds.
func demand(_ isMet: Bool, _ violation: @autoclosure () -> String) throws {
  if !isMet { throw Violation(violation()) }
}
