import Foundation

/// Anytime-valid limits of the accuracy difference candidate − resident, from answers seen one item at a time.
///
/// **Assumes** that, given the earlier items, each item's expected difference is the same: items drawn at random from
/// all that could be asked, for instance. The differences are −1, 0 or 1 and no approximation is made, so the error
/// guarantee holds at every size; an item that both answer alike still shrinks the limits.
///
/// Source: I. Waudby-Smith and A. Ramdas (2024), in full at `BettingMixture` below.
///
/// Constant memory, O(1) per observation; a limit takes about 80 evaluations of a 64-term sum.
public struct AccuracyDifferenceConfidenceSequence: ConfidenceSequence, Hashable {
  public let alpha: Double
  private var gains = 0
  private var ties = 0
  private var losses = 0

  /// - Throws: `invalidParameter` unless 0 < alpha < 1.
  public init(alpha: Double) throws(StatisticsError) {
    try StatisticsError.requireOpenUnit(alpha, "alpha")
    self.alpha = alpha
  }

  /// As after all of these answers: the limits depend on their counts and not on their order.
  ///
  /// - Throws: `invalidParameter` unless 0 < alpha < 1.
  public init(alpha: Double, of answers: PairedAnswers) throws(StatisticsError) {
    try self.init(alpha: alpha)
    gains = answers.onlyCandidateRight
    losses = answers.onlyResidentRight
    ties = answers.bothRight + answers.bothWrong
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

/// The wealth of a gambler who bets that paired answer differences exceed a null mean.
///
/// A stake s in 0...1 multiplies wealth by 1 + λ (d − m) at each item, with λ = s / (1 + m), which no d ≥ −1 can make
/// negative; it does not grow on average while the mean of d is at most m. Wealth is averaged over a fixed set of
/// stakes, which is the same as one gambler who shifts weight to the stakes that have paid so far, so each λ depends on
/// earlier items only. The average depends on the counts alone, falls as m rises, and is convex in m.
///
/// Source: I. Waudby-Smith and A. Ramdas, *Estimating means of bounded random variables by betting*, JRSS-B 86 (2024)
/// 1–27, the diversified Kelly bet; T. Cover, *Universal portfolios*, Mathematical Finance 1 (1991) 1–29.
private struct BettingMixture {
  let gains: Int
  let ties: Int
  let losses: Int

  /// The midpoints of equal slices of 0...1.
  static let stakes: [Double] = (0..<64).map { (Double($0) + 0.5) / 64 }

  /// log of the mean wealth against a null mean in −1...1.
  func logWealth(against nullMean: Double) -> Double {
    let position = (1 + nullMean) / 2
    return LogSum.logMeanExp(
      Self.stakes.map { stake in
        growth(gains, 1 - stake + stake / position) + growth(ties, 1 - stake + 0.5 * stake / position)
          + growth(losses, 1 - stake)
      })
  }

  /// The gambler who bets the other way, on the same items.
  var mirrored: BettingMixture {
    BettingMixture(gains: losses, ties: ties, losses: gains)
  }

  private func growth(_ items: Int, _ factor: Double) -> Double {
    items == 0 ? 0 : Double(items) * log(factor)
  }
}
