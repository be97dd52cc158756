import Envelopes
import Statistics
import Measurements

/// The part of a promotion rule that is decided block by block: all that throughput cells measure.
///
/// The judge, the runner and the calibration ask this one value, so that what is calibrated is what decides.
public struct SequentialTrial: Sendable {
  public var objectives: [RuleTrack] = []
  public var guardrails: [RuleTrack] = []
  private let plan: Plan
  private let hasOtherObjectives: Bool

  /// - Parameter challenge: Which attempt to unseat the resident it is: see ``AlphaBudget``.
  public init(_ envelope: Envelope, challenge: Int) throws(StatisticsError) {
    plan = envelope.plan
    let rule = envelope.promotion
    hasOtherObjectives = rule.objectives.contains { !$0.metric.isOfThroughput }
    let level = AlphaBudget.level(of: challenge, in: rule)
    for objective in rule.objectives where objective.metric.isOfThroughput {
      objectives.append(
        try RuleTrack(
          objective.metric, objective.cell, .win(minimumEffect: objective.minimumEffect), level: level))
    }
    for guardrail in rule.guardrails where guardrail.metric.isOfThroughput {
      guard let cell = guardrail.cell else { continue }
      guardrails.append(
        try RuleTrack(guardrail.metric, cell, .guardrail(margin: guardrail.margin), level: 1 - rule.confidence))
    }
  }

  /// Why to measure no more blocks after that many of each cell, void ones and all; nil while it is worth while.
  ///
  /// Before the plan's minimum of blocks are scored in every cell that the rule names, nothing is decided.
  public func stop(afterBlocks measured: Int) -> StoppingReason? {
    let scored = (objectives + guardrails).map(\.count).min() ?? measured
    guard scored >= plan.minimumBlocks || measured >= plan.blocks else { return nil }
    if guardrails.contains(where: { $0.state == .broken }) { return .brokenGuardrail }
    let isSafe = guardrails.allSatisfy { $0.state == .shown }
    if isSafe, objectives.contains(where: { $0.state == .shown }) { return .win }
    let blocksLeft = max(plan.blocks - measured, 0)
    if blocksLeft == 0 { return .planLimit }
    let isFutile = objectives.allSatisfy { $0.state == .open && $0.isFutile(blocksLeft: blocksLeft) }
    // Answers, which come after the blocks, may still win.
    return isFutile && (isSafe || !hasOtherObjectives) ? .futility : nil
  }
}
