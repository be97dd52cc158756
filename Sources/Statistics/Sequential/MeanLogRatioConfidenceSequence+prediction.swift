/// What more observations would show, if they are like those seen: for giving up early and for advice, which no error
/// guarantee depends on.
extension MeanLogRatioConfidenceSequence {
  /// The chance that the lower end of the two-sided interval lies above `nullValue` once there are `total` observations.
  ///
  /// Student's t prediction of the final mean, with the spread as it is now; 1 below two observations, where nothing is
  /// known.
  public func chanceOfLower(above nullValue: Double, after total: Int) -> Double {
    guard count >= 2 else { return 1 }
    if total <= count { return lower > nullValue ? 1 : 0 }
    let variance = believedSquaredDeviations / Double(count - 1)
    let critical = TMixture(count: total, effectVariance: effectScale * effectScale).twoSidedCriticalT(alpha: alpha)
    let distance = meanLogRatio - critical * (variance / Double(total)).squareRoot() - nullValue
    let spread = (variance * (1 / Double(count) - 1 / Double(total))).squareRoot()
    return StudentT(degreesOfFreedom: Double(count - 1)).cdf(distance / spread)
  }

  /// The number of observations, at least `from`, at which the lower end of the two-sided interval passes `nullValue`
  /// with that mean and deviation; nil where the mean is not above it or it takes over a million.
  public static func count(
    forLowerAbove nullValue: Double, mean: Double, deviation: Double, from start: Int, alpha: Double,
    effectScale: Double = 1
  ) -> Int? {
    guard mean > nullValue, deviation.isFinite else { return nil }
    func isEnough(_ total: Int) -> Bool {
      let critical = TMixture(count: total, effectVariance: effectScale * effectScale).twoSidedCriticalT(alpha: alpha)
      return mean - critical * deviation / Double(total).squareRoot() > nullValue
    }
    var low = max(start, 2) - 1
    var high = low + 1
    while !isEnough(high) {
      low = high
      high *= 2
      if high > 1_000_000 { return nil }
    }
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if isEnough(middle) { high = middle } else { low = middle }
    }
    return high
  }
}
