/// One demand of the line protocol.
public struct Requirement: Sendable {
  /// For programs, e.g. `fixed-length`.
  public let name: String
  /// One sentence of docs/worker-protocol.md.
  public let text: String
  let check: @Sendable (Subject) async throws -> Void
}

extension Requirement {
  /// All, in the order in which they are checked.
  public static var all: [Requirement] { framing + order + generation + limits + ending }
}

/// What a worker does that the protocol forbids.
struct Violation: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// A worker that says it does not offer what a demand is about.
struct Unsupported: Error, CustomStringConvertible {
  let description: String
}

/// Throws unless a demand is met.
func demand(_ isMet: Bool, _ violation: @autoclosure () -> String) throws {
  if !isMet { throw Violation(violation()) }
}
