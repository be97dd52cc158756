import Foundation

/// How many pairs a fixed-sample test needs before it can be expected to see an effect.
///
/// The sequential methods of this module need more in the worst case and fewer when the effect is large; read these as
/// the order of magnitude of a plan.
public enum SampleSize {
  /// Items needed to see an accuracy difference with McNemar's test.
  ///
  /// n = (z₁ √ψ + z₂ √(ψ − d²))² / d², with ψ the share of discordant items and d the difference. Source: R. J. Connor,
  /// *Biometrics* 43 (1987) 207–211.
  ///
  /// - Throws: `invalidParameter` unless 0 < |d| ≤ ψ ≤ 1, 0 < alpha < 1 and the power is above the level and below 1.
  public static func pairedAnswers(
    difference: Double, discordantShare: Double, power: Double, alpha: Double, alternative: Alternative = .twoSided
  ) throws(StatisticsError) -> Int {
    guard discordantShare > 0, discordantShare <= 1 else {
      throw .invalidParameter(
        name: "discordantShare", value: "\(discordantShare)", requirement: "above 0 and at most 1")
    }
    guard difference != 0, abs(difference) <= discordantShare else {
      throw .invalidParameter(
        name: "difference", value: "\(difference)", requirement: "non-zero and within ± the discordant share")
    }
    let (significance, detection) = try normalQuantiles(power, alpha, alternative)
    let remaining = max(0, discordantShare - difference * difference)
    let root = (significance * discordantShare.squareRoot() + detection * remaining.squareRoot()) / difference
    return try wholePairs(root * root)
  }

  /// Pairs needed to see a mean log-ratio with the paired t test.
  ///
  /// n = (z₁ + z₂)² (sd / effect)² + z₁² / 2. Source: W. C. Guenther, *The American Statistician* 35 (1981) 243–244.
  ///
  /// - Throws: `invalidParameter` unless the effect is not 0, the standard deviation positive, 0 < alpha < 1 and the power
  ///   above the level and below 1.
  public static func pairedLogRatios(
    meanLogRatio: Double, standardDeviation: Double, power: Double, alpha: Double, alternative: Alternative = .twoSided
  ) throws(StatisticsError) -> Int {
    try StatisticsError.requirePositive(standardDeviation, "standardDeviation")
    try StatisticsError.requirePositive(abs(meanLogRatio), "meanLogRatio")
    let (significance, detection) = try normalQuantiles(power, alpha, alternative)
    let root = (significance + detection) * standardDeviation / meanLogRatio
    return try wholePairs(root * root + significance * significance / 2)
  }

  private static func normalQuantiles(
    _ power: Double, _ alpha: Double, _ alternative: Alternative
  ) throws(StatisticsError) -> (significance: Double, detection: Double) {
    try StatisticsError.requireOpenUnit(alpha, "alpha")
    let tail = alternative == .twoSided ? alpha / 2 : alpha
    guard power > tail, power < 1 else {
      throw .invalidParameter(name: "power", value: "\(power)", requirement: "above the test's level and below 1")
    }
    return (-StandardNormal.quantile(tail), StandardNormal.quantile(power))
  }

  /// Rounds up to at least two pairs; throws when the plan is beyond any run.
  private static func wholePairs(_ pairs: Double) throws(StatisticsError) -> Int {
    guard pairs < 1e15 else {
      throw .invalidParameter(name: "effect", value: "too small", requirement: "visible within 1e15 pairs")
    }
    return max(2, Int(pairs.rounded(.up)))
  }
}
