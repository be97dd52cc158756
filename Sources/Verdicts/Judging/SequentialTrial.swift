import Envelopes
import Foundation
import Measurements
import Statistics

/// The part of a promotion rule that is decided block by block: all that throughput cells and, by rounds, replays measure.
///
/// The judge, the runner and the calibration ask this one value, so that what is calibrated is what decides.
public struct SequentialTrial: Sendable {
  public var objectives: [RuleTrack] = []
  public var guardrails: [RuleTrack] = []
  private let plan: Plan
  private let hasOtherObjectives: Bool
  private let isByRounds: Bool

  /// - Parameters:
  ///   - challenge: Which attempt to unseat the resident it is: see ``AlphaBudget``.
  ///   - loadMargin: What ratios may owe to loads that are not drawn anew, relative: see ``LoadMargin``.
  public init(_ envelope: Envelope, challenge: Int, loadMargin: Double = 0) throws(StatisticsError) {
    plan = envelope.plan
    let rule = envelope.promotion
    hasOtherObjectives = rule.objectives.contains { !envelope.isSequential($0.metric) }
    isByRounds = rule.schema == .rounds
    for objective in rule.objectives where envelope.isSequential(objective.metric) {
      objectives.append(
        try RuleTrack(
          RatioScope(objective), .win(minimumEffect: objective.minimumEffect),
          rule.level(of: objective, challenge: challenge), plan, loadMargin: loadMargin))
    }
    let level = rule.guardrailLevel(challenge: challenge)
    for guardrail in rule.guardrails where envelope.isSequential(guardrail.metric) {
      guard let scope = RatioScope(guardrail, of: envelope) else { continue }
      guardrails.append(
        try RuleTrack(scope, .guardrail(margin: guardrail.margin), level, plan, loadMargin: loadMargin))
    }
  }

  /// Why to measure no more blocks after that many of each cell, void ones and all; nil while it is worthwhile.
  ///
  /// Before the plan's minimum of blocks are scored in every cell that the rule names, nothing is decided; by rounds, no win.
  /// What takes that many requests to see is harm that comes rarely, so a comparison that will not end in a win needs
  /// ``Plan/fewestRounds`` only.
  ///
  /// - Parameters:
  ///   - others: The states of guardrails that no block changes.
  ///   - otherObjectives: Those of objectives that no block changes, in rules by rounds; `noData` until all that they rest on
  ///     is measured.
  public func stop(
    afterBlocks measured: Int, others: [GuardrailResult.State] = [], otherObjectives: [ObjectiveResult.State] = []
  ) -> StoppingReason? {
    let scored = (objectives + guardrails).map(\.count).min() ?? measured
    let isEnoughForWin = scored >= plan.minimumBlocks || measured >= plan.blocks
    guard isEnoughForWin || (isByRounds && plan.mayEndEarly && scored >= Plan.fewestRounds) else { return nil }
    let states = guardrails.map(\.state)
    if others.contains(.broken) || states.contains(.broken) { return .brokenGuardrail }
    let isSafe = states.allSatisfy { $0 == .shown }
    if isSafe, objectives.contains(where: { $0.state == .shown }) || otherObjectives.contains(.won) {
      return isEnoughForWin ? .win : nil
    }
    let blocksLeft = max(plan.blocks - measured, 0)
    if blocksLeft == 0 { return .planLimit }
    let isFutile = objectives.allSatisfy { $0.state == .open && $0.isFutile(blocksLeft: blocksLeft) }
    guard isByRounds else {
      // Answers, which come after the blocks, may still win.
      return isFutile && (isSafe || !hasOtherObjectives) ? .futility : nil
    }
    let isLostElsewhere = !otherObjectives.isEmpty && otherObjectives.allSatisfy { $0 == .notShown }
    if isFutile, !hasOtherObjectives || isLostElsewhere { return .futility }
    if isFutile, isSafe { return isEnoughForWin ? .guarded : nil }
    let isHopeless = zip(guardrails, states).contains { $1 == .open && $0.isFutile(blocksLeft: blocksLeft) }
    return isHopeless || others.contains(.unresolved) ? .undecidable : nil
  }
}

/// Both models' requests for one cell in one round.
public struct RoundReadings: Sendable {
  /// In slices.
  public let resident: ThroughputReading
  public let candidate: ThroughputReading
  /// Nanoseconds of the whole requests beside them, the resident's and the candidate's; nil if there are none.
  public let wholeNanoseconds: [Int64]?

  public init(resident: ThroughputReading, candidate: ThroughputReading, wholeNanoseconds: [Int64]? = nil) {
    self.resident = resident
    self.candidate = candidate
    self.wholeNanoseconds = wholeNanoseconds
  }
}

extension SequentialTrial {
  /// Takes in a round that measured every cell, as the judge does with stored samples: for simulations.
  ///
  /// A cell whose requests are not in slices of the same tokens counts for no rule.
  public mutating func observe(_ round: [CellID: RoundReadings]) throws(StatisticsError) {
    let requests = round.compactMapValues {
      SlicedRequests(
        resident: $0.resident, candidate: $0.candidate, wholeNanoseconds: $0.wholeNanoseconds, slice: plan.slice)
    }
    for index in objectives.indices { try objectives[index].observe(requests) }
    for index in guardrails.indices { try guardrails[index].observe(requests) }
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

  let scope: RatioScope
  public var metric: Metric { scope.metric }
  /// The cells that it joins, with their weights.
  public var cells: [PromotionRule.Objective.Share] { scope.shares }
  private let aim: Aim
  /// The scores that the mean must be shown to lie above, or below for a broken guardrail, with the load margin.
  private let shownScore: Double
  private let brokenScore: Double
  private let sides: DecisionLevel.Sides
  private var sequence: MeanLogRatioConfidenceSequence
  /// The end that is foreseen most often, and where the interval's ends will stand then.
  private let plannedBlocks: Int
  private let plannedCriticalT: Double

  /// How small the chance of being shown within the plan is when it is given up.
  static let futileChance = 0.02

  init(
    _ scope: RatioScope, _ aim: Aim, _ level: DecisionLevel, _ plan: Plan, loadMargin: Double
  ) throws(StatisticsError) {
    self.scope = scope
    self.aim = aim
    let threshold =
      switch aim {
      case .win(let minimumEffect): log1p(minimumEffect)
      case .guardrail(let margin): log1p(-margin)
      }
    shownScore = scope.mean.score(ofLogRatio: threshold + log1p(loadMargin))
    brokenScore = scope.mean.score(ofLogRatio: threshold - log1p(loadMargin))
    sides = level.sides
    sequence = try MeanLogRatioConfidenceSequence(level)
    plannedBlocks = plan.blocks
    plannedCriticalT = sequence.criticalT(after: max(plan.blocks, 2), level.sides)
  }

  /// The blocks taken in.
  public var count: Int { sequence.count }

  /// Takes in how many times better the candidate was in one block, as a logarithm.
  public mutating func observe(_ logRatio: Double) throws(StatisticsError) {
    try sequence.observe(scope.mean.score(ofLogRatio: logRatio))
  }

  fileprivate mutating func observe(_ round: [CellID: SlicedRequests]) throws(StatisticsError) {
    let pairs = scope.shares.compactMap { round[$0.cell]?.pair(of: metric, by: scope.requests) }
    guard pairs.count == scope.shares.count else { return }
    try observe(scope.joined(pairs).betterLogRatio(metric.direction))
  }

  public var state: State {
    if sequence.isShown(.greater, than: shownScore, sides) { return .shown }
    guard case .guardrail = aim, sequence.isShown(.less, than: brokenScore, sides) else { return .open }
    return .broken
  }

  /// Whether it will hardly be shown with that many more blocks.
  public func isFutile(blocksLeft: Int) -> Bool {
    let total = count + blocksLeft
    return sequence.chanceOfLower(
      above: shownScore, after: total, sides, critical: total == plannedBlocks ? plannedCriticalT : nil)
      < Self.futileChance
  }
}

/// Why measuring blocks ends.
public enum StoppingReason: String, Sendable, CaseIterable {
  /// An objective is won, by blocks or by what is measured beside them, and every guardrail on throughput is passed.
  case win
  /// A guardrail on throughput is broken.
  case brokenGuardrail = "broken_guardrail"
  /// No objective has a chance left to be won within the plan.
  case futility
  /// Every guardrail on throughput is passed, and the objective is not on throughput: no block shows more.
  case guarded = "guardrails_passed"
  /// A guardrail has no chance left to be shown within the plan: the machine is too noisy, or the effect is at the margin.
  case undecidable
  /// The plan has no more blocks.
  case planLimit = "plan_limit"

  /// For people.
  public var title: String { rawValue.replacing("_", with: " ") }
}

extension Comparison {
  /// Asked as if at the end of the last round that is whole, so that the judge sees what the runner saw.
  func stop() throws(StatisticsError) -> StoppingReason? {
    var trial = try SequentialTrial(
      envelope, challenge: evidence.session.challenge ?? 1, loadMargin: isAttached ? LoadMargin.attachedServer : 0)
    for index in trial.objectives.indices { try fill(&trial.objectives[index]) }
    for index in trial.guardrails.indices { try fill(&trial.guardrails[index]) }
    // Of replays those that the rule names: others may not apply to these models.
    let named = (trial.objectives + trial.guardrails).flatMap(\.cells).map(\.cell)
    let measured = Set(envelope.throughput.map(\.id) + named).map { cell in
      let tally = tally(of: cell)
      let all = tally.used + tally.void
      // A void round has another in its place, up to twice the plan.
      return envelope.schema == .rounds && all < 2 * envelope.plan.blocks ? tally.used : all
    }.min()
    guard envelope.schema == .rounds else { return trial.stop(afterBlocks: measured ?? envelope.plan.blocks) }
    return trial.stop(
      afterBlocks: measured ?? envelope.plan.blocks, others: try otherGuardrails(),
      otherObjectives: try otherObjectives())
  }

  /// What became of objectives that are not on throughput; `noData` while a part of what they rest on is missing.
  private func otherObjectives() throws(StatisticsError) -> [ObjectiveResult.State] {
    let rule = envelope.promotion
    var states: [ObjectiveResult.State] = []
    for objective in rule.objectives where !envelope.isSequential(objective.metric) {
      let level = rule.level(of: objective, challenge: evidence.session.challenge ?? 1)
      states.append(try result(of: objective, level, nil).state)
    }
    return states
  }

  /// What answers, texts and live loops, which come before the rounds, have decided already.
  private func otherGuardrails() throws(StatisticsError) -> [GuardrailResult.State] {
    let level = envelope.promotion.guardrailLevel(challenge: evidence.session.challenge ?? 1)
    var states: [GuardrailResult.State] = []
    for guardrail in envelope.promotion.guardrails {
      guard let cell = guardrail.cell,
        items[cell]?.isComplete == true || turns[cell]?.unpaired.isEmpty == true
          || stream(of: cell, .candidate)?.isWhole == true
      else {
        continue
      }
      if let effect = try effect(of: guardrail, level) { states.append(effect.state(withinMargin: guardrail.margin)) }
    }
    return states
  }

  private func fill(_ track: inout RuleTrack) throws(StatisticsError) {
    for pair in pairs(in: track.scope) {
      try track.observe(pair.betterLogRatio(track.metric.direction))
    }
  }
}
