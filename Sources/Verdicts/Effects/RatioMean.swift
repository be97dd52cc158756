import Envelopes
import Foundation
import Measurements
import Statistics

/// What is averaged over rounds: a score that rises with how many times better the candidate is, and is 0 for no difference.
///
/// By the geometric mean it is the logarithm of that; by the arithmetic mean, 1 minus how many times worse the candidate is.
typealias RatioMean = PromotionRule.Guardrail.Mean

extension RatioMean {
  /// By the arithmetic mean, a round that is worse by more than this factor counts as worse by this one.
  private static let worst = 1000.0

  /// - Parameter logRatio: Of how many times better the candidate is.
  func score(ofLogRatio logRatio: Double) -> Double {
    switch self {
    case .geometric: logRatio
    case .arithmetic: max(-expm1(-logRatio), 1 - Self.worst)
    }
  }

  /// How many times better the candidate is; infinite if no ratio has that score.
  func ratio(ofScore score: Double) -> Double {
    switch self {
    case .geometric: exp(score)
    case .arithmetic: score < 1 ? 1 / (1 - score) : .infinity
    }
  }

  /// An interval of scores as one of ratios.
  func ratios(_ scores: ConfidenceInterval) -> ConfidenceInterval {
    ConfidenceInterval(
      lower: ratio(ofScore: scores.lower), upper: ratio(ofScore: scores.upper), confidence: scores.confidence)
  }

  /// The cells' pairs of one round as one pair of that ratio.
  ///
  /// - Parameter weights: One per pair.
  func joined(_ pairs: [MeasurementPair], weights: [Double], _ direction: Metric.Direction) -> MeasurementPair {
    if pairs.count == 1 { return pairs[0] }
    let total = weights.reduce(0, +)
    func mean(_ values: [Double]) -> Double { zip(values, weights).reduce(0) { $0 + $1.1 * $1.0 } / total }
    func geometric(_ side: KeyPath<MeasurementPair, Double>) -> Double {
      exp(mean(pairs.map { log($0[keyPath: side]) }))
    }
    let resident = geometric(\.resident)
    switch self {
    case .geometric: return MeasurementPair(resident: resident, candidate: geometric(\.candidate))
    case .arithmetic:
      let worse = mean(pairs.map { exp(-$0.betterLogRatio(direction)) })
      return MeasurementPair(resident: resident, candidate: direction == .lower ? resident * worse : resident / worse)
    }
  }
}
