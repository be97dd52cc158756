/// What a session of measurements was started for: one model's run, or a comparison of two.
public struct MeasurementSession: Sendable, Equatable {
  /// The progress of a session.
  public enum State: String, Sendable, CaseIterable {
    case running
    case complete
    /// Ended by the user or a crash; `--resume` continues it.
    case interrupted
  }

  /// Unique over all hosts.
  public var uuid: String
  /// Seconds since 1970.
  public var startedAt: Double
  public var envelopeID: String
  public var envelopeHash: EnvelopeHash
  public var role: Role?
  public var resident: ModelID?
  public var candidate: ModelID
  /// Seeds the order of the blocks.
  public var orderSeed: UInt64
  public var environment: EnvironmentClass
  public var host: Host
  public var residentVersion: String
  /// Which attempt to unseat the resident's weights on this host this is, from 1, as the store and the registry's ledger
  /// counted when the session began; nil if one model is measured alone or the weights are unverified.
  public var challenge: Int?
  /// The lower challenges of the same resident of which the database had no finished comparison when the session began,
  /// in ascending order: they were not brought to their end, or are in another database. A dataset of this one has no
  /// sessions of them.
  public var unfinishedChallenges: [Int]

  public init(
    uuid: String, startedAt: Double, envelopeID: String, envelopeHash: EnvelopeHash, role: Role?, resident: ModelID?,
    candidate: ModelID, orderSeed: UInt64, environment: EnvironmentClass, host: Host, residentVersion: String,
    challenge: Int? = nil, unfinishedChallenges: [Int] = []
  ) {
    self.uuid = uuid
    self.startedAt = startedAt
    self.envelopeID = envelopeID
    self.envelopeHash = envelopeHash
    self.role = role
    self.resident = resident
    self.candidate = candidate
    self.orderSeed = orderSeed
    self.environment = environment
    self.host = host
    self.residentVersion = residentVersion
    self.challenge = challenge
    self.unfinishedChallenges = unfinishedChallenges
  }
}

/// Which of the two models of a comparison.
public enum Side: String, Sendable, CaseIterable {
  case resident
  case candidate

  public var other: Side { self == .resident ? .candidate : .resident }
}
