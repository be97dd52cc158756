import Foundation

/// Anytime-valid limits of the accuracy difference candidate − resident, from answers taken one item at a time.
///
/// **Assumes** that, given the earlier items, each item's expected difference is the same: items drawn at random from
/// all that could be asked, for instance. The differences are −1, 0 or 1 and no approximation is made, so the error
/// guarantee holds at every size; an item that both answer alike still shrinks the limits.
/// Source: I. Waudby-Smith and A. Ramdas (2024), in full at ``BettingMixture``.
///
/// Constant memory, O(1) for an observation; a limit takes about 80 evaluations of a 64-term sum.
public struct AccuracyDifferenceConfidenceSequence: ConfidenceSequence, Hashable {
  public let alpha: Double
  private var gains = 0
  private var ties = 0
  private var losses = 0

  /// Throws `invalidParameter` unless 0 < alpha < 1.
  public init(alpha: Double) throws(StatisticsError) {
    try StatisticsError.requireOpenUnit(alpha, "alpha")
    self.alpha = alpha
  }

  public var count: Int { gains + ties + losses }

  /// The accuracy difference so far, 0 before the first item.
  public var accuracyDifference: Double {
    count == 0 ? 0 : (Double(gains) - Double(losses)) / Double(count)
  }

  public mutating func observe(_ answer: PairedAnswer) {
    switch answer {
    case .onlyCandidateRight: gains += 1
    case .onlyResidentRight: losses += 1
    case .bothRight, .bothWrong: ties += 1
    }
  }

  /// The log evidence against a difference of `nullValue` (two-sided), at most (`greater`) or at least (`less`) it.
  ///
  /// A null value outside −1...1 is taken as the nearer of the two.
  public func logEValue(against nullValue: Double, alternative: Alternative) -> Double {
    guard !nullValue.isNaN else { return .nan }
    let value = min(max(nullValue, -1), 1)
    let up = BettingMixture(gains: gains, ties: ties, losses: losses)
    return switch alternative {
    case .greater: up.logWealth(against: value)
    case .less: up.mirrored.logWealth(against: -value)
    case .twoSided: LogSum.logMeanExp([up.logWealth(against: value), up.mirrored.logWealth(against: -value)])
    }
  }

  /// The evidence against "the candidate is worse by `margin` or more", for a margin in 0...1; 1/alpha shows that it is
  /// not inferior.
  public func nonInferiorityEValue(margin: Double) -> Double {
    eValue(against: -margin, alternative: .greater)
  }

  public var interval: ConfidenceInterval {
    ConfidenceInterval(
      lower: limit(towards: -1, .twoSided), upper: limit(towards: 1, .twoSided), confidence: confidence)
  }

  public var oneSidedLower: Double { limit(towards: -1, .greater) }

  public var oneSidedUpper: Double { limit(towards: 1, .less) }

  /// The last rejected value on the way from a bound of the difference to its estimate, where wealth is at most 1.
  private func limit(towards bound: Double, _ alternative: Alternative) -> Double {
    Bisection.lastTrue(from: bound, to: accuracyDifference) { value in
      logEValue(against: value, alternative: alternative) >= -log(alpha)
    }
  }
}
