import JSON

/// A verdict as it was given, one of a session's history.
public struct VerdictRecord: Sendable, Equatable {
  public var session: SessionNumber
  /// Seconds since 1970.
  public var recordedAt: Double
  /// One word, such as `promote`.
  public var outcome: String
  public var verdict: JSONValue

  public init(session: SessionNumber, recordedAt: Double, outcome: String, verdict: JSONValue) {
    self.session = session
    self.recordedAt = recordedAt
    self.outcome = outcome
    self.verdict = verdict
  }
}
