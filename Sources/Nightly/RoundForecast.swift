import Calibration
import Envelopes
import Foundation
import Measurements
import Promotion

/// How many rounds a candidate with the effect that an envelope expects takes on this host, if its rounds scatter as those
/// of the host's sentinel did.
///
/// By ``ObjectiveForecast``, as in `envelope show`: half of such comparisons take no more. A later challenge has to show more,
/// and a candidate of another lane may scatter in another way.
public struct RoundForecast: Sendable, Equatable {
  /// What the envelope expects of a candidate, as a relative gain.
  public var expectedEffect: Double
  /// The standard deviation of a round's log-ratio in the sentinel.
  public var deviation: Double
  /// Nil if less than half of such comparisons are won within the plan.
  public var rounds: Int?
  /// The most rounds that the plan has.
  public var limit: Int

  /// Nil if the envelope expects no effect of what rounds measure, or no sentinel was measured by it in that class.
  ///
  /// - Parameter sentinels: One per environment class and envelope.
  public init?(_ envelope: Envelope, in environment: EnvironmentClass, by sentinels: [SentinelReading]) {
    let reading = sentinels.first { $0.envelope == envelope.hash && $0.environment == environment }
    guard let deviation = reading?.loadEffect, let expected = envelope.promotion.objectives.first?.expectedEffect,
      let forecast = try? ObjectiveForecast(envelope, deviation: deviation),
      let outlook = try? forecast.outlook(at: expected)
    else { return nil }
    expectedEffect = expected
    self.deviation = deviation
    limit = envelope.plan.blocks
    rounds = outlook.wonShare >= 0.5 ? outlook.medianRounds : nil
  }

  /// The part of the plan's rounds that is foreseen.
  var share: Double { Double(rounds ?? limit) / Double(limit) }

  /// The forecast in words.
  var text: String {
    let effect = String(format: "%.4g %%", expectedEffect * 100)
    let spread = String(format: "(sd of a round's log-ratio %.2f %%)", deviation * 100)
    return rounds.map { "a gain of \(effect) takes about \($0) of \(limit) rounds here \(spread)" }
      ?? "\(limit) rounds cannot be expected to show a gain of \(effect) here \(spread)"
  }
}
