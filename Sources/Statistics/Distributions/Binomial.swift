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

  /// The natural logarithm of P(X = k); −∞ if that is zero.
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

  /// P(X ≥ k), precise when it is small.
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

/// The binomial density for real-valued counts, without the cancellation of log-gamma differences.
///
/// Source: C. Loader, *Fast and Accurate Computation of Binomial Probabilities* (2000), whose saddle-point form keeps
/// full precision for counts in the millions, where `lgamma` differences lose six digits.
enum BinomialDensity {
  /// log of Γ(n+1) / (Γ(x+1) Γ(n−x+1)) · pˣ qⁿ⁻ˣ, for x > 0, rest = n − x > 0, and q = 1 − p given separately.
  static func logarithm(successes x: Double, failures rest: Double, p: Double, q: Double) -> Double {
    let n = x + rest
    let correction = stirlingError(n) - stirlingError(x) - stirlingError(rest)
    let deviances = deviance(x, n * p) + deviance(rest, n * q)
    return correction - deviances - 0.5 * (log(2 * Double.pi * x) + log(rest / n))
  }

  /// log Γ(n+1) minus Stirling's approximation of it, for n > 0.
  static func stirlingError(_ n: Double) -> Double {
    var sum = 0.0
    var shifted = n
    while shifted < 16 {
      sum += (shifted + 0.5) * log1p(1 / shifted) - 1
      shifted += 1
    }
    let square = shifted * shifted
    // The asymptotic series of DLMF 5.11.1; its first neglected term is 1e-16 at 16.
    let series = 1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - (1.0 / 1188) / square) / square) / square) / square
    return sum + series / shifted
  }

  /// x log(x/mean) + mean − x, for x > 0 and mean ≥ 0, precise when the two are close.
  static func deviance(_ x: Double, _ mean: Double) -> Double {
    let difference = x - mean
    guard abs(difference) < 0.1 * (x + mean) else { return x * log(x / mean) - difference }
    let ratio = difference / (x + mean)
    var sum = difference * ratio
    var term = 2 * x * ratio
    for odd in stride(from: 3.0, through: 61, by: 2) {
      term *= ratio * ratio
      let next = sum + term / odd
      if next == sum { break }
      sum = next
    }
    return sum
  }
}
