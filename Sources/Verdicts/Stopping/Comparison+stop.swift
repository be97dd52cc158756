import Envelopes
import Measurements
import Statistics

/// Why to measure no more blocks, as the evidence stands; nil while it is worth while.
///
/// - Parameter earlier: The comparisons that this one goes on from, oldest first.
/// - Throws: `EnvelopeError` where the evidence's envelope can't be read, `VerdictError` for impossible samples.
public func stoppingReason(
  in evidence: Evidence, after earlier: [Evidence] = []
) throws -> StoppingReason? {
  try Comparison(evidence, try Envelope(source: evidence.envelope), after: earlier).stop()
}

extension Comparison {
  /// Asked as if at the end of the last round that is whole, so that the judge sees what the runner saw.
  func stop() throws(StatisticsError) -> StoppingReason? {
    var trial = try SequentialTrial(envelope, challenge: evidence.session.challenge ?? 1)
    for index in trial.objectives.indices { try fill(&trial.objectives[index]) }
    for index in trial.guardrails.indices { try fill(&trial.guardrails[index]) }
    let measured = envelope.throughput.map { cell in
      let tally = tally(of: cell.id)
      return tally.used + tally.void
    }.min()
    return trial.stop(afterBlocks: measured ?? envelope.plan.blocks)
  }

  private func fill(_ track: inout RuleTrack) throws(StatisticsError) {
    for pair in pairs(of: track.metric, track.cell) {
      try track.observe(pair.betterLogRatio(track.metric.direction))
    }
  }
}
