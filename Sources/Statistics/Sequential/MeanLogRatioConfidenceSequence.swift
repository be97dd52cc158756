import Foundation

/// Anytime-valid limits of the mean log-ratio when its variance is unknown: the sequential t test.
///
///     var effect = try MeanLogRatioConfidenceSequence(alpha: 0.05)
///     try effect.observe(pair.logRatio)
///     if effect.oneSidedLower > log(1.03) { … }   // faster by more than 3 %, however often this was asked
///
/// **Assumes** that log-ratios are independent and normal with one mean and one variance; the error guarantee then
/// holds for every variance. Symmetric heavy tails make it cautious rather than wrong. Skew breaks it: with noise of
/// exponential shape a one-sided test at 5 % errs in 16 % of runs within 40 pairs. Log-ratios of two equal models are
/// symmetric when each block's order is random, but those of unequal models need not be; so read
/// ``MedianLogRatioConfidenceSequence`` beside it and distrust a verdict on which the two disagree.
///
/// The guarantee is about crossing 1/alpha, at any time. An e-value read at a moment chosen by absolute sizes may
/// average above 1, so do not multiply it into another test.
/// Sources: T. L. Lai (1976), H. Wang and A. Ramdas (2023), in full at ``TMixture``.
///
/// Constant memory, O(1) for an observation and for the two-sided interval.
public struct MeanLogRatioConfidenceSequence: ConfidenceSequence, Hashable {
  public let alpha: Double
  /// The standard deviation of the standardized effects (mean / sd) mixed over. It moves power between small and large
  /// effects and never the error guarantee, if chosen before the data.
  public let effectScale: Double
  /// The smallest standard deviation of a log-ratio that is believed. Equal readings of a coarse clock look like
  /// certainty without it; a larger value only widens the limits.
  public let resolution: Double
  private var moments = RunningMoments()

  /// Throws `invalidParameter` unless 0 < alpha < 1 and the other two are positive and finite.
  public init(alpha: Double, effectScale: Double = 1, resolution: Double = 0.001) throws(StatisticsError) {
    try StatisticsError.requireOpenUnit(alpha, "alpha")
    try StatisticsError.requirePositive(effectScale, "effectScale")
    try StatisticsError.requirePositive(resolution, "resolution")
    self.alpha = alpha
    self.effectScale = effectScale
    self.resolution = resolution
  }

  public var count: Int { moments.count }

  /// The mean log-ratio so far, 0 before the first.
  public var meanLogRatio: Double { moments.mean }

  public mutating func observe(_ logRatio: Double) throws(StatisticsError) {
    try requireLogRatio(logRatio)
    moments.observe(logRatio)
  }

  /// The log evidence against a mean log-ratio of `nullValue` (two-sided), at most (`greater`) or at least (`less`) it.
  ///
  /// One-sided evidence covers the whole half line because the t statistic, and the evidence with it, falls with the
  /// null value on every path of data. It is 0 below two observations. A null value beyond ±1500 is taken as ±1500.
  public func logEValue(against nullValue: Double, alternative: Alternative) -> Double {
    guard !nullValue.isNaN else { return .nan }
    guard count >= 2 else { return 0 }
    let sign = alternative == .less ? -1.0 : 1.0
    let deviation = sign * (moments.mean - min(max(nullValue, -logRatioMagnitudeLimit), logRatioMagnitudeLimit))
    // The floor weakens evidence for the alternative; applied to contrary data it would weaken the contrary instead.
    let isContrary = alternative != .twoSided && deviation < 0
    let unexplained = isContrary ? moments.squaredDeviations : believedSquaredDeviations
    let explained = Double(count) * deviation * deviation
    let total = unexplained + explained
    guard total > 0 else { return 0 }
    let correlation = (deviation < 0 ? -1 : 1) * (explained / total).squareRoot()
    return alternative == .twoSided
      ? mixture.logTwoSided(correlation: correlation, unexplained: unexplained / total)
      : mixture.logOneSided(correlation: correlation, unexplained: unexplained / total)
  }

  public var interval: ConfidenceInterval {
    let radius = radius(mixture.twoSidedCriticalT(alpha: alpha))
    return ConfidenceInterval(lower: meanLogRatio - radius, upper: meanLogRatio + radius, confidence: confidence)
  }

  public var oneSidedLower: Double { meanLogRatio - radius(mixture.oneSidedCriticalT(alpha: alpha)) }

  public var oneSidedUpper: Double { meanLogRatio + radius(mixture.oneSidedCriticalT(alpha: alpha)) }

  private var mixture: TMixture {
    TMixture(count: count, effectVariance: effectScale * effectScale)
  }

  var believedSquaredDeviations: Double {
    max(moments.squaredDeviations, Double(count - 1) * resolution * resolution)
  }

  private func radius(_ criticalT: Double) -> Double {
    guard criticalT.isFinite else { return .infinity }
    return criticalT * (believedSquaredDeviations / (Double(count - 1) * Double(count))).squareRoot()
  }
}
