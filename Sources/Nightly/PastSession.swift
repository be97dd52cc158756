import Measurements
import Store
import Verdicts

/// A session as the scheduler sees it.
public struct PastSession: Sendable, Equatable {
  public var uuid: String
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
  /// From the start of loading to the last sample; nil if the session was interrupted.
  public var minutes: Double?
  /// Whether every sample is a success.
  public var isWhole: Bool

  public init(
    uuid: String, role: Role?, resident: ModelID?, candidate: ModelID, envelope: EnvelopeHash,
    environment: EnvironmentClass, startedAt: Double, state: MeasurementSession.State, weights: [String] = [],
    outcome: String? = nil, minutes: Double? = nil, isWhole: Bool = true
  ) {
    self.uuid = uuid
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

  /// The session as maturity counts it; nil without a verdict other than inconclusive.
  var decided: DecidedComparison? {
    guard let outcome, outcome != Verdict.Outcome.inconclusive.rawValue else { return nil }
    return DecidedComparison(session: uuid, startedAt: startedAt, environment: environment, outcome: outcome)
  }
}

extension PastSession {
  /// All sessions of a store that were measured on that host and count: none that was set aside.
  ///
  /// - Parameter admission: The imports that count.
  /// - Throws: `StoreError`.
  public static func all(
    in store: MeasurementStore, hostFingerprint: String, admitting admission: ImportAdmission = .none
  ) throws -> [PastSession] {
    let durations = try store.durations()
    let counted = try store.sessions().filter {
      $0.session.host.fingerprint == hostFingerprint && $0.mark.decides(on: hostFingerprint, admitting: admission)
    }
    return try counted.map { summary in
      let runs = try store.session(summary.number).runs
      let weights = [Side.resident, .candidate].map { side in
        runs.first { $0.side == side }?.weights?.rawValue ?? ""
      }
      let session = summary.session
      return PastSession(
        uuid: session.uuid, role: session.role, resident: session.resident, candidate: session.candidate,
        envelope: session.envelopeHash, environment: session.environment, startedAt: session.startedAt,
        state: summary.state, weights: weights, outcome: summary.outcome,
        minutes: durations[summary.number]?.minutes, isWhole: durations[summary.number]?.isWhole ?? false)
    }
  }
}
