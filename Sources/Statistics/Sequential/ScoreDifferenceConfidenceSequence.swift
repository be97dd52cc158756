/// Anytime-valid limits of the mean difference candidate − resident of scores in 0...1, seen one item at a time.
///
/// **Assumes** that, given the earlier items, each item's expected difference is the same: items drawn at random from all
/// that could be asked, for instance. Nothing is assumed of how the differences are distributed between −1 and 1, so the
/// error guarantee holds at every size and however skewed they are.
///
/// Source: I. Waudby-Smith and A. Ramdas (2024), in full at `BettingMixture`.
///
/// Memory is O(*d*) in different differences; a limit takes about 80 evaluations of a sum of 64 × *d* terms.
public struct ScoreDifferenceConfidenceSequence: ConfidenceSequence {
  public let alpha: Double
  public private(set) var count = 0
  private var counts: [Double: Int] = [:]

  /// - Throws: `invalidParameter` unless 0 < alpha < 1.
  public init(alpha: Double) throws(StatisticsError) {
    try StatisticsError.requireOpenUnit(alpha, "alpha")
    self.alpha = alpha
  }

  /// As after all of these differences: the limits do not depend on their order.
  ///
  /// - Throws: `invalidParameter` unless 0 < alpha < 1; `scoreDifferenceOutOfRange` and `nonFiniteObservation` for what is
  ///   no difference of two scores in 0...1.
  public init(alpha: Double, of differences: [Double]) throws(StatisticsError) {
    try self.init(alpha: alpha)
    for difference in differences { try observe(difference) }
  }

  /// The mean difference so far, 0 before the first item.
  public var meanDifference: Double { bets.mean }

  public mutating func observe(_ difference: Double) throws(StatisticsError) {
    guard difference.isFinite else { throw .nonFiniteObservation(index: count) }
    guard abs(difference) <= 1 else { throw .scoreDifferenceOutOfRange(index: count, value: difference) }
    counts[difference, default: 0] += 1
    count += 1
  }

  public func logEValue(against nullValue: Double, alternative: Alternative) -> Double {
    bets.logEValue(against: nullValue, alternative)
  }

  public var interval: ConfidenceInterval { bets.interval(alpha: alpha) }

  public var oneSidedLower: Double { bets.limit(towards: -1, .greater, alpha: alpha) }

  public var oneSidedUpper: Double { bets.limit(towards: 1, .less, alpha: alpha) }

  private var bets: BettingMixture { BettingMixture(counts.map { (difference: $0.key, count: $0.value) }) }

  /// The limits that a decision at that level looks at.
  public func interval(_ sides: DecisionLevel.Sides) -> ConfidenceInterval {
    switch sides {
    case .two: interval
    case .one: ConfidenceInterval(lower: oneSidedLower, upper: oneSidedUpper, confidence: 1 - 2 * alpha)
    }
  }
}
