import Foundation

/// The candidate-to-resident effect of a sample of pairs, for a sample size fixed before the data were seen.
///
/// Do not stop a run on these intervals: looked at repeatedly they reject far too often. That is what
/// ``MeanLogRatioConfidenceSequence`` is for.
public struct PairedLogRatios: Sendable, Hashable {
  /// log(candidate / resident) of each pair, in the order given.
  public let logRatios: [Double]
  private let moments: RunningMoments

  /// Throws `tooFewObservations` below two pairs, and `nonFiniteObservation` or `nonPositiveObservation` with the index
  /// of the first pair that has no log-ratio.
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
  public func logRatioInterval(confidence: Double) throws(StatisticsError) -> ConfidenceInterval {
    try StatisticsError.requireOpenUnit(confidence, "confidence")
    let critical = -StudentT(degreesOfFreedom: Double(count - 1)).quantile((1 - confidence) / 2)
    let radius = critical * logRatioStandardDeviation / Double(count).squareRoot()
    return ConfidenceInterval(lower: meanLogRatio - radius, upper: meanLogRatio + radius, confidence: confidence)
  }

  /// Student's t interval carried to the ratio scale.
  public func ratioInterval(confidence: Double) throws(StatisticsError) -> ConfidenceInterval {
    try logRatioInterval(confidence: confidence).exponentiated
  }
}
