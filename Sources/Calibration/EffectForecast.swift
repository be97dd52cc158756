import Envelopes
import Foundation
import Measurements
import Statistics
import Verdicts

/// Which effects an envelope finds within its plan, and after how many rounds.
///
/// Each round is drawn as one independent normal log-ratio of the primary objective and goes through the rule that
/// decides a resident's first challenge. Guardrails, answers and void rounds are left out, so a real win takes as many
/// rounds or more; ``Calibrator`` simulates slices and guardrails too.
public struct EffectForecast: Sendable, Equatable {
  /// The outcomes of comparisons with one effect.
  public struct Outlook: Sendable, Equatable {
    /// How many times better the candidate is by the objective, minus 1.
    public let effect: Double
    /// The share of comparisons that win within the plan.
    public let wonShare: Double
    /// The rounds by which half of the comparisons have ended, won or not.
    public let medianRounds: Int
  }

  public let objective: PromotionRule.Objective
  public let noise: RoundNoise
  /// Simulated comparisons for each effect.
  public let simulations: Int
  /// Two models that are equally good.
  public let equals: Outlook
  /// Ascending by effect.
  public let outlooks: [Outlook]
  /// The smallest effect, to a tenth of a per cent, that wins in the share ``detection``; nil if ``largestEffect`` does
  /// not.
  public let smallestEffect: Double?

  /// The share of comparisons in which an effect that counts as found wins.
  public static let detection = 0.8
  /// The largest effect that is tried.
  public static let largestEffect = 0.5

  /// Nil if the primary objective is not on throughput.
  ///
  /// - Throws: `StatisticsError` for an envelope whose rule makes no sense.
  init?(
    _ envelope: Envelope, fitting comparisons: [Evidence], simulations: Int, seed: UInt64
  ) throws(StatisticsError) {
    guard let objective = envelope.promotion.objectives.first, objective.metric.isOfThroughput else { return nil }
    let noise = RoundNoise(objective, of: envelope, fitting: comparisons)
    let simulation = try SimulatedObjective(envelope, noise, simulations: simulations, seed: seed)
    self.objective = objective
    self.noise = noise
    self.simulations = simulations
    equals = try simulation.outlook(at: 0)
    var outlooks: [Outlook] = []
    for gain in CalibrationGoals.gains { outlooks.append(try simulation.outlook(at: gain)) }
    self.outlooks = outlooks
    smallestEffect = try Self.smallestEffect(simulation)
  }

  private static func smallestEffect(_ simulation: SimulatedObjective) throws(StatisticsError) -> Double? {
    func isFound(_ thousandths: Int) throws(StatisticsError) -> Bool {
      try simulation.outlook(at: Double(thousandths) / 1000).wonShare >= detection
    }
    var (low, high) = (0, Int(largestEffect * 1000))
    guard try isFound(high) else { return nil }
    while high - low > 1 {
      let middle = (low + high) / 2
      if try isFound(middle) { high = middle } else { low = middle }
    }
    return Double(high) / 1000
  }
}

/// Comparisons of which nothing is simulated but the primary objective's log-ratio of each round.
private struct SimulatedObjective {
  /// The rule before any round.
  private let trial: SequentialTrial
  private let deviation: Double
  private let rounds: Int
  private let simulations: Int
  private let seed: UInt64

  init(
    _ envelope: Envelope, _ noise: RoundNoise, simulations: Int, seed: UInt64
  ) throws(StatisticsError) {
    var trial = try SequentialTrial(envelope, challenge: 1)
    trial.guardrails = []
    self.trial = trial
    deviation = noise.deviation
    rounds = max(envelope.plan.blocks, 1)
    self.simulations = max(simulations, 1)
    self.seed = seed
  }

  func outlook(at effect: Double) throws(StatisticsError) -> EffectForecast.Outlook {
    var wins = 0
    var endings: [Int] = []
    for index in 0..<simulations {
      // The same draws at every effect, so that the share hardly ever falls as the effect rises.
      let end = try run(meanLogRatio: log1p(effect), seed: seed &+ UInt64(index) &* 0xD134_2543_DE82_EF95)
      if end.stop == .win { wins += 1 }
      endings.append(end.rounds)
    }
    return EffectForecast.Outlook(
      effect: effect, wonShare: Double(wins) / Double(simulations),
      medianRounds: endings.sorted()[(simulations - 1) / 2])
  }

  private func run(
    meanLogRatio: Double, seed: UInt64
  ) throws(StatisticsError) -> (stop: StoppingReason, rounds: Int) {
    var random = RandomSource(seed: seed)
    var trial = trial
    for round in 1...rounds {
      let logRatio = meanLogRatio + deviation * random.normal()
      for index in trial.objectives.indices { try trial.objectives[index].observe(logRatio) }
      if let stop = trial.stop(afterBlocks: round) { return (stop, round) }
    }
    return (.planLimit, rounds)
  }
}
