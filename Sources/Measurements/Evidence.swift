import JSON

/// One comparison's raw samples with their context and the envelope's text, read from the store or from a dataset.
public struct Evidence: Sendable, Equatable {
  public var session: MeasurementSession
  public var state: MeasurementSession.State
  /// The envelope, whole: the promotion rule is part of what is judged.
  public var envelope: JSONValue
  public var resident: Run
  public var candidate: Run
  /// The later loads of both sides, in their order: `resident` and `candidate` are the first.
  public var laterRuns: [Run]
  public var residentSamples: [Sample]
  public var candidateSamples: [Sample]
  public var voids: [BlockVoid]

  public init(
    session: MeasurementSession, state: MeasurementSession.State, envelope: JSONValue, resident: Run, candidate: Run,
    laterRuns: [Run] = [], residentSamples: [Sample], candidateSamples: [Sample], voids: [BlockVoid]
  ) {
    self.session = session
    self.state = state
    self.envelope = envelope
    self.resident = resident
    self.candidate = candidate
    self.laterRuns = laterRuns
    self.residentSamples = residentSamples
    self.candidateSamples = candidateSamples
    self.voids = voids
  }

  public func samples(of side: Side) -> [Sample] { side == .resident ? residentSamples : candidateSamples }
  public func run(of side: Side) -> Run { side == .resident ? resident : candidate }

  /// Every load of a side, in their order.
  public func loads(of side: Side) -> [Run] { [run(of: side)] + laterRuns.filter { $0.side == side } }

  /// Whether this comparison adds to the blocks of that earlier one: the same weights and configuration on both sides,
  /// whatever the models are called, the same role, envelope, host, environment and engine, and the same challenge, which
  /// the store gives to no comparison that follows one from which nothing may go on.
  public func continues(_ earlier: Evidence) -> Bool {
    guard earlier.state == .complete, earlier.session.startedAt < session.startedAt,
      let challenge = session.challenge, challenge == earlier.session.challenge
    else { return false }
    return session.envelopeHash == earlier.session.envelopeHash && session.role == earlier.session.role
      && session.environment == earlier.session.environment
      && session.host.fingerprint == earlier.session.host.fingerprint
      && Side.allCases.allSatisfy { side in
        run(of: side).hasSameModel(as: earlier.run(of: side)) && run(of: side).engine == earlier.run(of: side).engine
      }
  }

  /// Whether this comparison counts for the maturity of a verdict about the other: complete, of the same proven weights,
  /// configuration, envelope and host.
  public func isComparable(to other: Evidence) -> Bool {
    state == .complete && session.envelopeHash == other.session.envelopeHash
      && session.host.fingerprint == other.session.host.fingerprint
      && Side.allCases.allSatisfy { run(of: $0).hasSameModel(as: other.run(of: $0)) }
  }
}

extension [Run] {
  /// The runs of a session, in the order of loading, without the first of each side.
  package var laterLoads: [Run] {
    var begun: Set<Side?> = []
    return filter { !begun.insert($0.side).inserted }
  }
}
