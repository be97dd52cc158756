import Envelopes
import Measurements
import Statistics

/// What an envelope of rounds can decide, said before anything is measured.
public struct DecisionForecast: Sendable, Equatable {
  public let envelope: Envelope
  /// Nil if the primary objective is not on throughput.
  public let effects: EffectForecast?
  /// How long a comparison takes on this host; nil if nothing is stored of it yet.
  public let duration: ComparisonDuration?
  /// Of the accuracy tasks that have answers, in the envelope's order.
  public let answers: [AnswerForecast]

  /// Nil for an envelope of blocks.
  ///
  /// - Parameters:
  ///   - comparisons: Stored comparisons of this host, newest first.
  ///   - simulations: Comparisons that are simulated for each effect.
  /// - Throws: `StatisticsError` for an envelope whose rule makes no sense.
  public init?(
    _ envelope: Envelope, fitting comparisons: [Evidence], simulations: Int = ObjectiveForecast.usualSimulations,
    seed: UInt64 = ObjectiveForecast.usualSeed
  ) throws(StatisticsError) {
    guard envelope.schema == .rounds else { return nil }
    self.envelope = envelope
    effects = try EffectForecast(envelope, fitting: comparisons, simulations: simulations, seed: seed)
    duration = ComparisonDuration(of: envelope, from: comparisons)
    answers = try AnswerForecast.all(of: envelope)
  }

  /// Minutes of a comparison that ends after so many rounds; nil if nothing is stored of this host yet.
  public func minutes(rounds: Int) -> Double? {
    duration.map { ($0.otherSeconds ?? 0) / 60 + Double(rounds) * $0.roundSeconds / 60 }
  }
}
