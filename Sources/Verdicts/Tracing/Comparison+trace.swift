import Envelopes
import Foundation
import Measurements
import Statistics
import Vocabulary

/// The evidence for every rule about a ratio, objectives before guardrails, in the envelope's order.
///
/// The last effect of a trace is the one that ``Judge`` decides on.
///
/// - Parameter earlier: The comparisons that this one goes on from, oldest first.
/// - Throws: `EnvelopeError` where the evidence's envelope can't be read, `VerdictError` for impossible samples.
/// - Complexity: O(*n*²) in the blocks of a cell.
public func evidenceTraces(in evidence: Evidence, after earlier: [Evidence] = []) throws -> [EvidenceTrace] {
  let comparison = try Comparison(evidence, try Envelope(source: evidence.envelope), after: earlier)
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
    var scored: [MeasurementPair] = []
    var points: [EvidenceTrace.Point] = []
    for comparison in earlier + [self] {
      let reasons = Dictionary(
        comparison.voids.filter { $0.cell == cell }.map { ($0.block, $0.reason) },
        uniquingKeysWith: { first, _ in first })
      for block in comparison.blocks[cell, default: []] {
        let pair = block.pair(of: metric)
        let reason = reasons[block.number] ?? (block.isWhole ? nil : "a side's repetition is missing")
        if let pair, reason == nil { scored.append(pair) }
        points.append(
          EvidenceTrace.Point(
            session: comparison.evidence.session.uuid, block: block.number, pair: pair,
            betterRatio: pair.map { exp((metric.direction == .higher ? $0 : $0.swapped).logRatio) }, voidReason: reason,
            effect: scored.count < 2
              ? nil : try RatioEffect(scored, direction: metric.direction, confidence: confidence)))
      }
    }
    return EvidenceTrace(metric: metric, cell: cell, aim: aim, points: points)
  }
}
