/// What can't change any more of a session, and so can be published.
public struct ExportableSession: Sendable, Equatable {
  public var number: SessionNumber
  /// Unique over all hosts.
  public var uuid: String
  /// Of its verdicts, oldest first.
  public var verdicts: [VerdictKey]
}

/// What tells a verdict from the other verdicts about its session.
public struct VerdictKey: Sendable, Hashable {
  /// Seconds since 1970.
  public var recordedAt: Double
  public var outcome: String

  public init(recordedAt: Double, outcome: String) {
    self.recordedAt = recordedAt
    self.outcome = outcome
  }
}
