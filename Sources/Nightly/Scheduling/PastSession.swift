import Measurements
import Verdicts

/// A session as the scheduler sees it.
public struct PastSession: Sendable, Equatable {
  /// Nil for comparisons that named none and for models measured alone.
  public var role: Role?
  public var resident: ModelID?
  public var candidate: ModelID
  public var envelope: EnvelopeHash
  public var environment: EnvironmentClass
  /// Seconds since 1970.
  public var startedAt: Double
  public var state: MeasurementSession.State
  /// The weights of both sides; sessions of other weights say nothing about these.
  public var weights: [String]
  /// The outcome of the last verdict.
  public var outcome: String?
  /// Whether that verdict says anything: an inconclusive one matures nothing.
  public var isDecided: Bool { outcome != nil && outcome != Verdict.Outcome.inconclusive.rawValue }
  /// From the start of loading to the last sample; nil where the session was interrupted.
  public var minutes: Double?
  /// Whether every sample is a success.
  public var isWhole: Bool

  public init(
    role: Role?, resident: ModelID?, candidate: ModelID, envelope: EnvelopeHash, environment: EnvironmentClass,
    startedAt: Double, state: MeasurementSession.State, weights: [String] = [], outcome: String? = nil,
    minutes: Double? = nil, isWhole: Bool = true
  ) {
    self.role = role
    self.resident = resident
    self.candidate = candidate
    self.envelope = envelope
    self.environment = environment
    self.startedAt = startedAt
    self.state = state
    self.weights = weights
    self.outcome = outcome
    self.minutes = minutes
    self.isWhole = isWhole
  }
}
