import Foundation

/// Anytime-valid limits of the median log-ratio: the sequential sign test, indifferent to tails and variance.
///
/// **Assumes** only that each log-ratio has the same median whatever came before. The median is also the mean when
/// log-ratios are symmetric, which they are if swapping the models would only change the sign of the noise; so this
/// cross-checks ``MeanLogRatioConfidenceSequence`` where tails are heavy. Under skew it keeps its guarantee, but for
/// the median alone. The price is more pairs: with alpha 0.05 at least 7 one-sided or 8 two-sided, all of one sign. A
/// log-ratio equal to the null value counts for neither direction, which keeps the test valid for coarse clocks.
/// Sources: D. Darling and H. Robbins (1967), H. Robbins (1970), in full at ``SignMixture``.
///
/// Keeps every log-ratio, sorted: O(n) for an observation, O(log n) evaluations for a limit.
public struct MedianLogRatioConfidenceSequence: ConfidenceSequence, Hashable {
  public let alpha: Double
  private var ascending: [Double] = []

  /// Throws `invalidParameter` unless 0 < alpha < 1.
  public init(alpha: Double) throws(StatisticsError) {
    try StatisticsError.requireOpenUnit(alpha, "alpha")
    self.alpha = alpha
  }

  public var count: Int { ascending.count }

  /// The median log-ratio so far, nil before the first.
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
