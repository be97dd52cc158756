import Foundation
import Measurements
import Statistics

/// A replay of each model for a cell of a round, whose turns took turns, and what their pairs of turns say.
///
/// The effect of a latency is the median over pairs of turns, because both turns of a pair meet the same stretch of the
/// machine's time, and one that hits a single turn is an outlier among many. A median also hides a model's own stalls; so
/// it stands beside ``Metric/loopTokensPerSecond`` and ``Metric/turnLatencyP95``, which are those of all turns, stalls
/// included. Loops with too few turns for a median have the ratio of both sides' own values.
struct TurnPairs {
  let resident: LoopPassReading
  let candidate: LoopPassReading

  /// Pairs of turns from which on a median resists a single outlier on either side.
  private static let fewestPairs = 5

  /// Both sides' values in the metric's unit, whose ratio is the effect; nil if the loops do not define it.
  func pair(of metric: Metric) -> MeasurementPair? {
    guard let own = resident.ratioValue(of: metric), let other = candidate.ratioValue(of: metric) else { return nil }
    return MeasurementPair(resident: own, candidate: medianRatio(of: metric).map { own * $0 } ?? other)
  }

  /// Candidate ÷ resident of a usual pair; nil for a metric that single turns do not have, and with too few turns.
  private func medianRatio(of metric: Metric) -> Double? {
    guard [.turnLatencyP50, .turnFirstToken, .embedLatencyP50].contains(metric) else { return nil }
    let logRatios = zip(resident.turns, candidate.turns).compactMap { turns -> Double? in
      guard let resident = turns.0.value(of: metric), let candidate = turns.1.value(of: metric) else { return nil }
      let logRatio = MeasurementPair(resident: resident, candidate: candidate).logRatio
      return logRatio.isFinite ? logRatio : nil
    }
    guard logRatios.count >= Self.fewestPairs, logRatios.count == resident.turns.count else { return nil }
    return exp(Descriptive.quantile(sorted: logRatios.sorted(), 0.5))
  }
}
