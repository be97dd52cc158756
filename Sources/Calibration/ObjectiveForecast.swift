import Envelopes
import Foundation
import Statistics
import Verdicts

/// How comparisons end whose rounds scatter by so much, forecast by simulation.
///
/// Each round is drawn as one independent normal log-ratio of the primary objective and goes through the rule that decides a
/// resident's first challenge. Guardrails, answers and void rounds are left out, so a real win takes as many rounds or more.
/// `envelope show` and the plan of a night both ask this, so the same envelope and deviation have the same figures in both.
public struct ObjectiveForecast: Sendable {
  /// The outcomes of comparisons with one effect.
  public struct Outlook: Sendable, Equatable {
    /// How many times better the candidate is by the objective, minus 1.
    public let effect: Double
    /// The share of comparisons that win within the plan.
    public let wonShare: Double
    /// The rounds by which half of the comparisons have ended, won or not.
    public let medianRounds: Int
  }

  public static let usualSimulations = 200
  public static let usualSeed: UInt64 = 1

  /// Comparisons for each effect.
  public let simulations: Int
  /// The rule before any round.
  private let trial: SequentialTrial
  private let deviation: Double
  private let rounds: Int
  private let seed: UInt64

  /// Nil if rounds do not measure the primary objective.
  ///
  /// - Parameter deviation: The standard deviation of a round's log-ratio.
  /// - Throws: `StatisticsError` for an envelope whose rule makes no sense.
  public init?(
    _ envelope: Envelope, deviation: Double, simulations: Int = usualSimulations, seed: UInt64 = usualSeed
  ) throws(StatisticsError) {
    var trial = try SequentialTrial(envelope, challenge: 1)
    guard !trial.objectives.isEmpty else { return nil }
    trial.guardrails = []
    self.trial = trial
    self.deviation = deviation
    rounds = max(envelope.plan.blocks, 1)
    self.simulations = max(simulations, 1)
    self.seed = seed
  }

  /// - Parameter effect: How many times better the candidate is, minus 1.
  /// - Throws: `StatisticsError` for an effect without a logarithm.
  public func outlook(at effect: Double) throws(StatisticsError) -> Outlook {
    var wins = 0
    var endings: [Int] = []
    for index in 0..<simulations {
      // The same draws at every effect, so that the share hardly ever falls as the effect rises.
      let end = try run(meanLogRatio: log1p(effect), seed: seed &+ UInt64(index) &* 0xD134_2543_DE82_EF95)
      if end.stop == .win { wins += 1 }
      endings.append(end.rounds)
    }
    return Outlook(
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
