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
    bets.logEValue(against: nullValue, alternative)
  }

  /// The evidence against "the candidate is worse by `margin` or more", for a margin in 0...1; 1/alpha shows that it is
  /// not inferior.
  public func nonInferiorityEValue(margin: Double) -> Double {
    eValue(against: -margin, alternative: .greater)
  }

  public var interval: ConfidenceInterval { bets.interval(alpha: alpha) }

  public var oneSidedLower: Double { bets.limit(towards: -1, .greater, alpha: alpha) }

  public var oneSidedUpper: Double { bets.limit(towards: 1, .less, alpha: alpha) }

  private var bets: BettingMixture {
    BettingMixture([(difference: 1, count: gains), (difference: 0, count: ties), (difference: -1, count: losses)])
  }
}
