import Foundation

/// Anytime-valid limits of the median log-ratio: the sequential sign test, indifferent to tails and variance.
///
/// **Assumes** only that each log-ratio has the same median whatever came before. The median is also the mean when
/// log-ratios are symmetric, which they are if swapping the models would only change the sign of the noise; so this
/// cross-checks ``MeanLogRatioConfidenceSequence`` when tails are heavy. Under skew it keeps its guarantee, but for
/// the median alone. The price is more pairs: with alpha 0.05 at least 7 one-sided or 8 two-sided, all of one sign. A
/// log-ratio equal to the null value counts for neither direction, which keeps the test valid for coarse clocks.
///
/// Sources: D. Darling and H. Robbins (1967), H. Robbins (1970), in full at `SignMixture` below.
///
/// Keeps every log-ratio, sorted: O(n) per observation, O(log n) evaluations per limit.
public struct MedianLogRatioConfidenceSequence: ConfidenceSequence, Hashable {
  public let alpha: Double
  private var ascending: [Double] = []

  /// - Throws: `invalidParameter` unless 0 < alpha < 1.
  public init(alpha: Double) throws(StatisticsError) {
    try StatisticsError.requireOpenUnit(alpha, "alpha")
    self.alpha = alpha
  }

  public var count: Int { ascending.count }

  /// The median log-ratio so far; nil before the first.
  public var medianLogRatio: Double? {
    ascending.isEmpty ? nil : Descriptive.quantile(sorted: ascending, 0.5)
  }

  public mutating func observe(_ logRatio: Double) throws(StatisticsError) {
    try requireLogRatio(logRatio)
    ascending.insert(logRatio, at: firstIndex { $0 > logRatio })
  }

  /// The log evidence against a median of `nullValue` (two-sided), at most (`greater`) or at least (`less`) it.
  public func logEValue(against nullValue: Double, alternative: Alternative) -> Double {
    guard !nullValue.isNaN else { return .nan }
    let above = count - firstIndex { $0 > nullValue }
    let below = firstIndex { $0 >= nullValue }
    let mixture = SignMixture(count: count)
    return switch alternative {
    case .greater: mixture.logOneSided(positives: above)
    case .less: mixture.logOneSided(positives: below)
    case .twoSided:
      LogSum.logMeanExp([mixture.logOneSided(positives: above), mixture.logOneSided(positives: below)])
    }
  }

  public var interval: ConfidenceInterval {
    let critical = SignMixture(count: count).twoSidedCriticalCount(alpha: alpha)
    return ConfidenceInterval(
      lower: lowerLimit(critical), upper: upperLimit(critical), confidence: confidence)
  }

  public var oneSidedLower: Double {
    lowerLimit(SignMixture(count: count).oneSidedCriticalCount(alpha: alpha))
  }

  public var oneSidedUpper: Double {
    upperLimit(SignMixture(count: count).oneSidedCriticalCount(alpha: alpha))
  }

  /// The `critical`-th largest log-ratio: any smaller null value has at least that many above it.
  private func lowerLimit(_ critical: Int?) -> Double {
    critical.map { ascending[count - $0] } ?? -.infinity
  }

  private func upperLimit(_ critical: Int?) -> Double {
    critical.map { ascending[$0 - 1] } ?? .infinity
  }

  /// The first index in `ascending` from which `predicate` holds, by binary search.
  private func firstIndex(where predicate: (Double) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = low + (high - low) / 2
      if predicate(ascending[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// The evidence of a count of signs at one sample size, mixed over the probability of a positive sign.
///
/// A bet of 2p on a positive and 2(1 − p) on a negative sign is fair when both are equally likely, and loses when
/// positives are rarer and p > 1/2. Mixed over p uniform on 0...1 or on 1/2...1, after k of n signs were positive:
///
///     two-sided:  2ⁿ B(k + 1, n − k + 1) = 1 / ((n + 1) P(X = k)),      X ~ Binomial(n, 1/2)
///     one-sided:  2 · the same · P(Y ≤ k),                              Y ~ Binomial(n + 1, 1/2)
///
/// Sources: H. Robbins, *Annals of Mathematical Statistics* 41 (1970) 1397–1409, for the beta-binomial mixture;
/// D. Darling and H. Robbins, *PNAS* 58 (1967) 66–68, for limits of a median.
private struct SignMixture {
  let count: Int

  /// log evidence that the signs are not equally likely; symmetric in k and n − k.
  func logTwoSided(positives: Int) -> Double {
    -log(Double(count) + 1) - Binomial(trials: count, probability: 0.5).logMass(positives)
  }

  /// log evidence that positives are more likely; rises with `positives`.
  func logOneSided(positives: Int) -> Double {
    log(2.0) + logTwoSided(positives: positives)
      + log(Binomial(trials: count + 1, probability: 0.5).cdf(positives))
  }

  /// The fewest positives, more than half, whose two-sided evidence reaches 1/alpha; nil if none does.
  func twoSidedCriticalCount(alpha: Double) -> Int? {
    firstCount(from: count / 2) { logTwoSided(positives: $0) >= -log(alpha) }
  }

  /// The fewest positives whose one-sided evidence reaches 1/alpha; nil if none does.
  func oneSidedCriticalCount(alpha: Double) -> Int? {
    firstCount(from: 0) { logOneSided(positives: $0) >= -log(alpha) }
  }

  private func firstCount(from start: Int, where isEnough: (Int) -> Bool) -> Int? {
    guard count > 0, isEnough(count) else { return nil }
    var low = start
    var high = count
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if isEnough(middle) { high = middle } else { low = middle }
    }
    return high
  }
}
