import Foundation

/// The wealth of a gambler who bets that paired answer differences exceed a null mean.
///
/// A stake s in 0...1 multiplies wealth by 1 + λ (d − m) at each item, with λ = s / (1 + m), which no d ≥ −1 can make
/// negative; it does not grow on average while the mean of d is at most m. Wealth is averaged over a fixed set of
/// stakes, which is the same as one gambler who shifts weight to the stakes that have paid so far, so each λ depends on
/// earlier items only. The average depends on the counts alone, falls as m rises, and is convex in m.
///
/// Source: I. Waudby-Smith and A. Ramdas, *Estimating means of bounded random variables by betting*, JRSS-B 86 (2024)
/// 1–27, the diversified Kelly bet; T. Cover, *Universal portfolios*, Mathematical Finance 1 (1991) 1–29.
struct BettingMixture {
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
