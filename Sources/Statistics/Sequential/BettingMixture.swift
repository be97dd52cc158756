import Foundation

/// The wealth of a gambler who bets that paired differences in −1...1 exceed a null mean.
///
/// A stake s in 0...1 multiplies wealth by 1 + λ (d − m) at each item, with λ = s / (1 + m), which no d ≥ −1 can make
/// negative; it does not grow on average while the mean of d is at most m. Wealth is averaged over a fixed set of
/// stakes, which is the same as one gambler who shifts weight to the stakes that have paid so far, so each λ depends on
/// earlier items only. The average does not depend on the order of the items, falls as m rises, and is convex in m.
///
/// Source: I. Waudby-Smith and A. Ramdas, *Estimating means of bounded random variables by betting*, JRSS-B 86 (2024)
/// 1–27, the diversified Kelly bet; T. Cover, *Universal portfolios*, Mathematical Finance 1 (1991) 1–29.
struct BettingMixture {
  /// Each difference with the number of items that have it, in descending order: sums are rounded alike whatever the order of
  /// the items.
  let groups: [(difference: Double, count: Int)]
  /// 0 without items.
  let mean: Double

  /// The midpoints of equal slices of 0...1.
  static let stakes: [Double] = (0..<64).map { (Double($0) + 0.5) / 64 }

  /// - Parameter groups: Differences in −1...1 with counts that are not negative.
  init(_ groups: [(difference: Double, count: Int)]) {
    self.groups = groups.filter { $0.count > 0 }.sorted { $0.difference > $1.difference }
    let count = self.groups.reduce(0) { $0 + $1.count }
    mean = count == 0 ? 0 : self.groups.reduce(0) { $0 + $1.difference * Double($1.count) } / Double(count)
  }

  /// log of the mean wealth against a null mean in −1...1.
  func logWealth(against nullMean: Double) -> Double {
    let position = (1 + nullMean) / 2
    return LogSum.logMeanExp(
      Self.stakes.map { stake in
        groups.reduce(0) { sum, group in
          // At the null mean −1 only a difference of −1 is possible, and loses the stake.
          let share = group.difference == -1 ? 0 : (1 + group.difference) / 2 / position
          return sum + Double(group.count) * log(1 - stake + stake * share)
        }
      })
  }

  /// The gambler who bets the other way, on the same items.
  var mirrored: BettingMixture { BettingMixture(groups.map { (-$0.difference, $0.count) }) }

  /// The log evidence against a mean of `nullValue` (two-sided), at most (`greater`) or at least (`less`) it; NaN if it is
  /// not a number.
  ///
  /// A null value outside −1...1 is taken as the nearer of the two.
  func logEValue(against nullValue: Double, _ alternative: Alternative) -> Double {
    guard !nullValue.isNaN else { return .nan }
    let value = min(max(nullValue, -1), 1)
    return switch alternative {
    case .greater: logWealth(against: value)
    case .less: mirrored.logWealth(against: -value)
    case .twoSided: LogSum.logMeanExp([logWealth(against: value), mirrored.logWealth(against: -value)])
    }
  }

  /// The last rejected value on the way from a bound of the mean to its estimate, where wealth is at most 1.
  func limit(towards bound: Double, _ alternative: Alternative, alpha: Double) -> Double {
    Bisection.lastTrue(from: bound, to: mean) { value in logEValue(against: value, alternative) >= -log(alpha) }
  }

  /// Both limits, which miss the mean together with probability alpha at most.
  func interval(alpha: Double) -> ConfidenceInterval {
    ConfidenceInterval(
      lower: limit(towards: -1, .twoSided, alpha: alpha), upper: limit(towards: 1, .twoSided, alpha: alpha),
      confidence: 1 - alpha)
  }
}
