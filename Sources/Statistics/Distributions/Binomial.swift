import Foundation

/// The number of successes in independent trials of one probability.
///
/// Tails are exact up to rounding, through their identity with the incomplete beta function (DLMF 8.17.5). With
/// negative `trials` or a probability outside 0...1 every member is NaN.
public struct Binomial: Sendable, Hashable {
  public let trials: Int
  public let probability: Double

  public init(trials: Int, probability: Double) {
    self.trials = trials
    self.probability = probability
  }

  /// P(X = k).
  public func mass(_ k: Int) -> Double {
    exp(logMass(k))
  }

  /// The natural logarithm of P(X = k), −∞ where that is zero.
  public func logMass(_ k: Int) -> Double {
    guard isDomain else { return .nan }
    guard k >= 0, k <= trials else { return -.infinity }
    if k == 0 { return trials == 0 ? 0 : Double(trials) * log1p(-probability) }
    if k == trials { return Double(trials) * log(probability) }
    if probability == 0 || probability == 1 { return -.infinity }
    return BinomialDensity.logarithm(
      successes: Double(k), failures: Double(trials - k), p: probability, q: 1 - probability)
  }

  /// P(X ≤ k).
  public func cdf(_ k: Int) -> Double {
    guard isDomain else { return .nan }
    if k < 0 { return 0 }
    if k >= trials { return 1 }
    return IncompleteBeta.regularized(
      1 - probability, complement: probability, a: Double(trials - k), b: Double(k) + 1)
  }

  /// P(X ≥ k), precise where it is small.
  public func upperTail(_ k: Int) -> Double {
    guard isDomain else { return .nan }
    if k <= 0 { return 1 }
    if k > trials { return 0 }
    return IncompleteBeta.regularized(
      probability, complement: 1 - probability, a: Double(k), b: Double(trials - k) + 1)
  }

  private var isDomain: Bool {
    trials >= 0 && probability >= 0 && probability <= 1
  }
}
