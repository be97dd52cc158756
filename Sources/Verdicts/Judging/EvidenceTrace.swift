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

    init(
      _ sequence: MeanLogRatioConfidenceSequence, _ sides: DecisionLevel.Sides, _ mean: RatioMean, loadMargin: Double
    ) {
      ratio = mean.ratio(ofScore: sequence.meanLogRatio)
      interval = mean.ratios(sequence.interval(sides)).widened(by: loadMargin)
      blocks = sequence.count
    }
  }

  public let metric: Metric
  /// Those that the rule joins.
  public let cells: [CellID]
  public let aim: RuleTrack.Aim
  /// In the order of measurement, void blocks in their places.
  public let points: [Point]

  /// The metric and its cells, for people.
  public var title: String { "\(metric.title) of \(cells.map(\.rawValue).joined(separator: ", "))" }

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
          RatioScope(objective), .win(minimumEffect: objective.minimumEffect),
          rule.level(of: objective, challenge: challenge.number)))
    }
    let level = rule.guardrailLevel(challenge: challenge.number)
    for guardrail in rule.guardrails {
      guard let scope = RatioScope(guardrail, of: envelope) else { continue }
      traces.append(try comparison.trace(scope, .guardrail(margin: guardrail.margin), level))
    }
    return traces
  }
}

extension Comparison {
  fileprivate func trace(
    _ scope: RatioScope, _ aim: RuleTrack.Aim, _ level: DecisionLevel
  ) throws(StatisticsError) -> EvidenceTrace {
    var sequence = try MeanLogRatioConfidenceSequence(level)
    let margin = loadMargin(of: scope.metric)
    var points: [EvidenceTrace.Point] = []
    for comparison in pooled {
      for point in scope.points(of: comparison) {
        let better = point.pair.map { $0.betterLogRatio(scope.metric.direction) }
        if let better, point.voidReason == nil { try sequence.observe(scope.mean.score(ofLogRatio: better)) }
        points.append(
          EvidenceTrace.Point(
            session: point.session, block: point.number, pair: point.pair, betterRatio: better.map(exp),
            voidReason: point.voidReason,
            effect: sequence.count < 2
              ? nil : EvidenceTrace.Effect(sequence, level.sides, scope.mean, loadMargin: margin)))
      }
    }
    return EvidenceTrace(metric: scope.metric, cells: scope.shares.map(\.cell), aim: aim, points: points)
  }
}
