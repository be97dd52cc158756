import Measurements

extension Comparison {
  /// What the verdict is about.
  var subject: VerdictSubject {
    VerdictSubject(
      session: evidence.session.uuid, role: evidence.session.role, envelopeID: envelope.id,
      envelopeVersion: envelope.version, envelopeHash: envelope.hash, resident: contender(.resident),
      candidate: contender(.candidate), environment: evidence.session.environment,
      highestLoadAverage: (evidence.residentSamples + evidence.candidateSamples).map(\.loadAverage).max(),
      host: evidence.session.host)
  }

  private func contender(_ side: Side) -> VerdictSubject.Contender {
    let run = evidence.run(of: side)
    return VerdictSubject.Contender(
      model: run.model, weights: run.weights, proof: run.proof, engine: run.engine, loadSeconds: run.loadSeconds,
      readinessSeconds: run.readinessSeconds, peakMemoryBytes: peakMemoryBytes(of: side))
  }
}
