import Envelopes
import Foundation
import Measurements
import Statistics

/// The evidence for every rule about a ratio, objectives before guardrails, in the envelope's order.
///
/// The last effect of a trace is the one that ``Judge`` decides on, to the bit.
///
/// - Parameter earlier: The comparisons that this one goes on from, oldest first.
/// - Throws: `EnvelopeError` where the evidence's envelope can't be read, `VerdictError` for impossible samples.
/// - Complexity: O(*n*) in blocks and rules.
public func evidenceTraces(in evidence: Evidence, after earlier: [Evidence] = []) throws -> [EvidenceTrace] {
  try evidenceTraces(in: evidence, under: try Envelope(source: evidence.envelope), after: earlier)
}

/// The same where the evidence's envelope has been read already, which takes longer than all else for one of thousands
/// of items.
public func evidenceTraces(
  in evidence: Evidence, under envelope: Envelope, after earlier: [Evidence]
) throws -> [EvidenceTrace] {
  let comparison = try Comparison(evidence, envelope, after: earlier)
  let rule = comparison.envelope.promotion
  let level = AlphaBudget.level(of: evidence.session.challenge ?? 1, in: rule)
  let objectives = try rule.objectives.filter(\.metric.isOfBlocks).map { objective in
    try comparison.trace(
      objective.metric, objective.cell, .win(minimumEffect: objective.minimumEffect), confidence: 1 - level)
  }
  let guardrails = try rule.guardrails.compactMap { guardrail -> EvidenceTrace? in
    guard let cell = guardrail.cell, guardrail.metric.isOfBlocks else { return nil }
    return try comparison.trace(
      guardrail.metric, cell, .guardrail(margin: guardrail.margin), confidence: rule.confidence)
  }
  return objectives + guardrails
}

extension Comparison {
  fileprivate func trace(
    _ metric: Metric, _ cell: CellID, _ aim: RuleTrack.Aim, confidence: Double
  ) throws(StatisticsError) -> EvidenceTrace {
    var sequence = try MeanLogRatioConfidenceSequence(deciding: 1 - confidence)
    var points: [EvidenceTrace.Point] = []
    for comparison in earlier + [self] {
      let reasons = Dictionary(
        comparison.voids.filter { $0.cell == cell }.map { ($0.block, $0.reason) },
        uniquingKeysWith: { first, _ in first })
      for block in comparison.blocks[cell, default: []] {
        let pair = block.pair(of: metric)
        let better = pair.map { $0.betterLogRatio(metric.direction) }
        let reason = reasons[block.number] ?? (block.isWhole ? nil : "a side's repetition is missing")
        if let better, reason == nil { try sequence.observe(better) }
        points.append(
          EvidenceTrace.Point(
            session: comparison.evidence.session.uuid, block: block.number, pair: pair, betterRatio: better.map(exp),
            voidReason: reason, effect: sequence.count < 2 ? nil : EvidenceTrace.Effect(sequence)))
      }
    }
    return EvidenceTrace(metric: metric, cell: cell, aim: aim, points: points)
  }
}
