/// All that decides a verdict.
///
/// The store and a dataset each make it by one function; judging is a function of it alone, so whoever holds the samples
/// comes to the same verdict.
public struct VerdictInputs: Sendable, Equatable {
  /// The comparison that is judged.
  public var evidence: Evidence
  /// The earlier comparisons whose blocks count as well, oldest first: see ``Evidence/continues(_:)``.
  public var pooled: [Evidence]
  /// The decided comparisons of the same weights, oldest first, of which the envelope's maturity rule counts some.
  public var decided: [DecidedComparison]

  public init(_ evidence: Evidence, pooled: [Evidence] = [], decided: [DecidedComparison] = []) {
    self.evidence = evidence
    self.pooled = pooled
    self.decided = decided
  }
}

/// A comparison with a verdict other than inconclusive, as far as the maturity of another one asks.
public struct DecidedComparison: Sendable, Equatable {
  /// The session's UUID.
  public var session: String
  /// Seconds since 1970.
  public var startedAt: Double
  public var environment: EnvironmentClass
  /// What its last verdict was, by its name.
  public var outcome: String

  public init(session: String, startedAt: Double, environment: EnvironmentClass, outcome: String) {
    self.session = session
    self.startedAt = startedAt
    self.environment = environment
    self.outcome = outcome
  }
}
