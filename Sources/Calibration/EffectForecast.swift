import Envelopes
import Measurements
import Statistics

/// Which effects an envelope finds within its plan, and after how many rounds.
///
/// By ``ObjectiveForecast`` with the scatter of this host's rounds; ``Calibrator`` simulates slices and guardrails too.
public struct EffectForecast: Sendable, Equatable {
  public let objective: PromotionRule.Objective
  public let noise: RoundNoise
  /// Simulated comparisons for each effect.
  public let simulations: Int
  /// Two models that are equally good.
  public let equals: ObjectiveForecast.Outlook
  /// Ascending by effect.
  public let outlooks: [ObjectiveForecast.Outlook]
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
    guard
      let forecast = try ObjectiveForecast(envelope, deviation: noise.deviation, simulations: simulations, seed: seed)
    else { return nil }
    self.objective = objective
    self.noise = noise
    self.simulations = forecast.simulations
    equals = try forecast.outlook(at: 0)
    var outlooks: [ObjectiveForecast.Outlook] = []
    for gain in CalibrationGoals.gains { outlooks.append(try forecast.outlook(at: gain)) }
    self.outlooks = outlooks
    smallestEffect = try Self.smallestEffect(forecast)
  }

  private static func smallestEffect(_ forecast: ObjectiveForecast) throws(StatisticsError) -> Double? {
    func isFound(_ thousandths: Int) throws(StatisticsError) -> Bool {
      try forecast.outlook(at: Double(thousandths) / 1000).wonShare >= detection
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
