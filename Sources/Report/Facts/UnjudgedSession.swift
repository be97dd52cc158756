import JSON
import Measurements
import Store

/// A session without a recorded verdict, and what it lacks for one.
public struct UnjudgedSession: Sendable, Equatable {
  public let number: SessionNumber
  public let candidate: String
  /// Nil where one model was measured alone.
  public let resident: String?
  public let envelope: String
  /// Seconds since 1970.
  public let startedAt: Double
  public let lacks: String

  init(_ heading: SessionHeading) {
    let session = heading.session
    number = heading.number
    candidate = session.candidate.rawValue
    resident = session.resident?.rawValue
    envelope = session.envelopeID
    startedAt = session.startedAt
    lacks =
      switch (session.resident, heading.state) {
      case (nil, _): "a resident: the model was measured alone"
      case (_, .running): "its end: it is being measured, or its process died"
      case (_, .interrupted): "the rest of its blocks: `resident compare` goes on with it"
      case (_, .complete): "a verdict: `resident promote --dry-run` judges and records it"
      }
  }

  /// For programs: absent values are null.
  public var json: JSONValue {
    [
      "number": .integer(Int(number.rawValue)), "candidate": .string(candidate), "resident": .init(resident),
      "envelope": .string(envelope), "started_at_s": .init(startedAt), "lacks": .string(lacks),
    ]
  }
}
