import Foundation
import Measurements
import Statistics

/// How the evidence for one rule about a ratio grew, block by block.
public struct EvidenceTrace: Sendable, Equatable {
  /// A block as it was measured, and what all scored blocks up to it say together.
  public struct Point: Sendable, Equatable {
    /// The UUID of the comparison that measured the block: an earlier one if the comparison adds to its evidence.
    public let session: String
    public let block: Int
    /// In the metric's unit; nil if a side lacks a reading.
    public let pair: MeasurementPair?
    /// How many times better the candidate was in this block; above 1 is better, whatever the metric.
    public let betterRatio: Double?
    /// Why the block is not scored; nil if it is.
    public let voidReason: String?
    /// Nil before two blocks are scored.
    public let effect: Effect?
  }

  /// The effect of all scored blocks so far, as in ``RatioEffect``.
  public struct Effect: Sendable, Equatable {
    public let ratio: Double
    /// The one that decides.
    public let interval: ConfidenceInterval
    public let blocks: Int

    init(_ sequence: MeanLogRatioConfidenceSequence) {
      ratio = exp(sequence.meanLogRatio)
      interval = sequence.interval.exponentiated
      blocks = sequence.count
    }
  }

  public let metric: Metric
  public let cell: CellID
  public let aim: RuleTrack.Aim
  /// In the order of measurement, void blocks in their places.
  public let points: [Point]

  /// The ratio that the interval must lie above.
  public var threshold: Double {
    switch aim {
    case .win(let minimumEffect): 1 + minimumEffect
    case .guardrail(let margin): 1 - margin
    }
  }

  /// Whether it is about an objective rather than a guardrail.
  public var isObjective: Bool { if case .win = aim { true } else { false } }
}

extension Judge {
  /// The evidence for every rule about a ratio, objectives before guardrails, in the envelope's order.
  ///
  /// The last effect of a trace is the one that the verdict rests on, to the bit.
  ///
  /// - Complexity: O(*n*) in blocks and rules.
  public func traces() throws(StatisticsError) -> [EvidenceTrace] {
    let rule = envelope.promotion
    var traces: [EvidenceTrace] = []
    for objective in rule.objectives where objective.metric.isOfBlocks {
      traces.append(
        try comparison.trace(
          objective.metric, objective.cell, .win(minimumEffect: objective.minimumEffect),
          confidence: 1 - challenge.level))
    }
    for guardrail in rule.guardrails where guardrail.metric.isOfBlocks {
      guard let cell = guardrail.cell else { continue }
      traces.append(
        try comparison.trace(
          guardrail.metric, cell, .guardrail(margin: guardrail.margin), confidence: rule.confidence))
    }
    return traces
  }
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
