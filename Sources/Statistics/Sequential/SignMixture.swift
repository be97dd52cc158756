import Foundation

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
struct SignMixture {
  let count: Int

  /// log evidence that signs are unequally likely; symmetric in k and n − k.
  func logTwoSided(positives: Int) -> Double {
    -log(Double(count) + 1) - Binomial(trials: count, probability: 0.5).logMass(positives)
  }

  /// log evidence that positives are the likelier; rises with `positives`.
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
