import Envelopes
import Foundation
import Measurements
import Statistics

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

  /// Why to measure no more blocks after that many of each cell, void ones and all; nil while it is worthwhile.
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

/// What a rule about a ratio knows while blocks come in.
public struct RuleTrack: Sendable {
  /// What is to be shown.
  public enum Aim: Sendable, Equatable {
    /// Better by more than the minimum effect.
    case win(minimumEffect: Double)
    /// Not worse than the margin allows.
    case guardrail(margin: Double)
  }

  public enum State: Sendable, Equatable {
    case open
    /// The objective is won or the guardrail passed.
    case shown
    /// The guardrail is broken.
    case broken
  }

  public let metric: Metric
  public let cell: CellID
  /// The log-ratio that the interval must lie above.
  public let threshold: Double
  private let aim: Aim
  private var sequence: MeanLogRatioConfidenceSequence

  /// How small the chance of a win within the plan is when it is given up.
  static let futileChance = 0.02

  /// - Parameter level: The chance that the interval ever misses the effect.
  public init(_ metric: Metric, _ cell: CellID, _ aim: Aim, level: Double) throws(StatisticsError) {
    self.metric = metric
    self.cell = cell
    self.aim = aim
    threshold =
      switch aim {
      case .win(let minimumEffect): log1p(minimumEffect)
      case .guardrail(let margin): log1p(-margin)
      }
    sequence = try MeanLogRatioConfidenceSequence(deciding: level)
  }

  /// The blocks taken in.
  public var count: Int { sequence.count }

  /// Takes in how many times better the candidate was in one block, as a logarithm.
  public mutating func observe(_ logRatio: Double) throws(StatisticsError) { try sequence.observe(logRatio) }

  public var state: State {
    let interval = sequence.interval
    if interval.lower > threshold { return .shown }
    guard case .guardrail = aim, interval.upper < threshold else { return .open }
    return .broken
  }

  /// Whether it will hardly be shown with that many more blocks.
  public func isFutile(blocksLeft: Int) -> Bool {
    sequence.chanceOfLower(above: threshold, after: count + blocksLeft) < Self.futileChance
  }
}

extension MeanLogRatioConfidenceSequence {
  /// The sequence that verdicts rest on. `resident calibrate` shows what it does to error rates and numbers of blocks.
  init(deciding level: Double) throws(StatisticsError) { try self.init(alpha: level, effectScale: 1) }
}

/// Why measuring blocks ends.
public enum StoppingReason: String, Sendable, CaseIterable {
  /// An objective is won and every guardrail on throughput is passed.
  case win
  /// A guardrail on throughput is broken.
  case brokenGuardrail = "broken_guardrail"
  /// No objective has a chance left to be won within the plan.
  case futility
  /// The plan has no more blocks.
  case planLimit = "plan_limit"

  /// For people.
  public var title: String { rawValue.replacing("_", with: " ") }
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
