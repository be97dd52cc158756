import Foundation
import Platform

/// The candidate-to-resident effect of a sample of pairs, for a sample size fixed before the data were seen.
///
/// Do not stop a run on these intervals: looked at repeatedly they reject far too often. That is what
/// ``MeanLogRatioConfidenceSequence`` is for.
public struct PairedLogRatios: Sendable, Hashable {
  /// log(candidate / resident) of each pair, in the order given.
  public let logRatios: [Double]
  private let moments: RunningMoments

  /// - Throws: `tooFewObservations` below two pairs; `nonFiniteObservation` or `nonPositiveObservation` with the index
  ///   of the first pair that has no log-ratio.
  public init(_ pairs: [MeasurementPair]) throws(StatisticsError) {
    guard pairs.count >= 2 else { throw .tooFewObservations(needed: 2, got: pairs.count) }
    var moments = RunningMoments()
    var logRatios: [Double] = []
    logRatios.reserveCapacity(pairs.count)
    for (index, pair) in pairs.enumerated() {
      for value in [pair.resident, pair.candidate] {
        guard value.isFinite else { throw .nonFiniteObservation(index: index) }
        guard value > 0 else { throw .nonPositiveObservation(index: index, value: value) }
      }
      logRatios.append(pair.logRatio)
      moments.observe(pair.logRatio)
    }
    self.logRatios = logRatios
    self.moments = moments
  }

  /// The number of pairs.
  public var count: Int { logRatios.count }

  /// The mean log-ratio.
  public var meanLogRatio: Double { moments.mean }

  /// The sample standard deviation of the log-ratios, divisor n − 1.
  public var logRatioStandardDeviation: Double {
    (moments.squaredDeviations / Double(count - 1)).squareRoot()
  }

  /// The effect as a ratio: the geometric mean of candidate / resident; 1.05 reads "5 % more".
  public var ratio: Double { exp(meanLogRatio) }

  /// Student's t interval for the mean log-ratio: exact when log-ratios are independent and normal.
  ///
  /// - Throws: `invalidParameter` unless 0 < confidence < 1.
  public func logRatioInterval(confidence: Double) throws(StatisticsError) -> ConfidenceInterval {
    try moments.meanInterval(confidence: confidence)
  }

  /// Student's t interval carried to the ratio scale.
  ///
  /// - Throws: `invalidParameter` unless 0 < confidence < 1.
  public func ratioInterval(confidence: Double) throws(StatisticsError) -> ConfidenceInterval {
    try logRatioInterval(confidence: confidence).exponentiated
  }
}

extension PairedLogRatios {
  /// The percentile bootstrap interval of the ratio: pairs are resampled, and the type 7 quantiles of the resampled
  /// geometric means are its ends.
  ///
  /// Source: B. Efron, *Annals of Statistics* 7 (1979) 1–26. Assumes independent pairs and no shape; it covers less
  /// than it states with fewer than about 20 pairs. Each resample draws `count` indices in turn with
  /// ``SplitMix64/nextIndex(below:)`` from one generator, so the interval is a function of the seed on every machine.
  ///
  /// - Throws: `invalidParameter` unless 0 < confidence < 1 and `resamples` is within 2...1000000.
  /// - Complexity: O(resamples · (count + log resamples))
  public func bootstrapRatioInterval(
    confidence: Double, resamples: Int = 10_000, seed: UInt64
  ) throws(StatisticsError) -> ConfidenceInterval {
    try StatisticsError.requireOpenUnit(confidence, "confidence")
    guard (2...1_000_000).contains(resamples) else {
      throw .invalidParameter(name: "resamples", value: "\(resamples)", requirement: "within 2...1000000")
    }
    var generator = SplitMix64(seed: seed)
    var means: [Double] = []
    means.reserveCapacity(resamples)
    for _ in 0..<resamples {
      var sum = 0.0
      for _ in 0..<count { sum += logRatios[generator.nextIndex(below: count)] }
      means.append(sum / Double(count))
    }
    means.sort()
    let tail = (1 - confidence) / 2
    return ConfidenceInterval(
      lower: Descriptive.quantile(sorted: means, tail),
      upper: Descriptive.quantile(sorted: means, 1 - tail),
      confidence: confidence
    ).exponentiated
  }
}

/// One block's two measurements of the same cell: the unit of analysis. Both carry the same unit.
public struct MeasurementPair: Sendable, Hashable, Codable {
  public let resident: Double
  public let candidate: Double

  public init(resident: Double, candidate: Double) {
    self.resident = resident
    self.candidate = candidate
  }

  /// log(candidate / resident), above zero when the candidate's value is larger.
  ///
  /// A difference of logarithms: it changes sign exactly when the models are swapped, and no quotient can overflow.
  /// NaN or infinite unless both values are positive and finite.
  public var logRatio: Double {
    log(candidate) - log(resident)
  }

  /// The same block with the models in each other's place.
  public var swapped: MeasurementPair {
    MeasurementPair(resident: candidate, candidate: resident)
  }
}
