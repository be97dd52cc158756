import JSON

/// All that a verdict may depend on: a comparison's raw samples with their context and the envelope's text.
///
/// It can be read from the store or from an exported dataset; a verdict is a pure function of it.
public struct Evidence: Sendable, Equatable {
  public var session: MeasurementSession
  public var state: MeasurementSession.State
  /// The envelope, whole: the promotion rule is part of what is judged.
  public var envelope: JSONValue
  public var resident: Run
  public var candidate: Run
  public var residentSamples: [Sample]
  public var candidateSamples: [Sample]
  public var voids: [BlockVoid]

  public init(
    session: MeasurementSession, state: MeasurementSession.State, envelope: JSONValue, resident: Run, candidate: Run,
    residentSamples: [Sample], candidateSamples: [Sample], voids: [BlockVoid]
  ) {
    self.session = session
    self.state = state
    self.envelope = envelope
    self.resident = resident
    self.candidate = candidate
    self.residentSamples = residentSamples
    self.candidateSamples = candidateSamples
    self.voids = voids
  }

  public func samples(of side: Side) -> [Sample] { side == .resident ? residentSamples : candidateSamples }
  public func run(of side: Side) -> Run { side == .resident ? resident : candidate }
}
