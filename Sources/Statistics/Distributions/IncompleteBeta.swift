import Foundation

/// The regularized incomplete beta function Iₓ(a, b), the cumulative distribution of a Beta(a, b) variable.
///
/// Source: DLMF 8.17, with the continued fraction 8.17.22 evaluated by the modified Lentz method. Needs O(√max(a, b))
/// steps; relative precision is about 1e-13 in the lower tail. Outside its domain (a, b > 0 and finite, x in 0...1) the
/// result is NaN, as with `log(-1)`.
public enum IncompleteBeta {
  /// Iₓ(a, b) for x in 0...1 and a, b > 0.
  public static func regularized(_ x: Double, a: Double, b: Double) -> Double {
    regularized(x, complement: 1 - x, a: a, b: b)
  }

  /// Iₓ(a, b) with 1 − x given too, because a caller near x = 1 often knows it more precisely.
  static func regularized(_ x: Double, complement: Double, a: Double, b: Double) -> Double {
    guard isDomain(a, b), x >= 0, complement >= 0 else { return .nan }
    if x == 0 { return 0 }
    if complement == 0 { return 1 }
    if x <= (a + 1) / (a + b + 2) { return lowerTail(x, complement, a, b) }
    return 1 - lowerTail(complement, x, b, a)
  }

  private static func isDomain(_ a: Double, _ b: Double) -> Bool {
    a > 0 && b > 0 && a.isFinite && b.isFinite
  }

  /// log of xᵃ (1−x)ᵇ / B(a, b): the derivative of Iₓ(a, b) along log(x / (1−x)).
  private static func logKernel(_ x: Double, _ complement: Double, _ a: Double, _ b: Double) -> Double {
    log(a) + log(b / (a + b)) + BinomialDensity.logarithm(successes: a, failures: b, p: x, q: complement)
  }

  private static func lowerTail(_ x: Double, _ complement: Double, _ a: Double, _ b: Double) -> Double {
    exp(logKernel(x, complement, a, b)) / a * continuedFraction(x, a, b)
  }

  /// The fraction 1/(1 + d₁/(1 + d₂/(1 + …))) of DLMF 8.17.22, NaN if it has not settled.
  private static func continuedFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let stepLimit = 200_000
    var c = 1.0
    var d = nonZero(1 - (a + b) * x / (a + 1))
    d = 1 / d
    var fraction = d
    for step in 1...stepLimit {
      let m = Double(step)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / nonZero(1 + even * d)
      c = nonZero(1 + even / c)
      fraction *= c * d
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / nonZero(1 + odd * d)
      c = nonZero(1 + odd / c)
      fraction *= c * d
      if abs(c * d - 1) < 1e-15 { return fraction }
    }
    return .nan
  }

  /// Lentz's guard: a vanishing denominator becomes tiny, so that the next step recovers.
  private static func nonZero(_ value: Double) -> Double {
    abs(value) < 1e-300 ? 1e-300 : value
  }
}

/// The inverse.
extension IncompleteBeta {
  /// The x for which Iₓ(a, b) = p, the p-quantile of a Beta(a, b) variable; NaN outside the domain.
  public static func inverse(_ p: Double, a: Double, b: Double) -> Double {
    logistic(inverseLogit(p, complement: 1 - p, a: a, b: b))
  }

  /// log(x / (1 − x)) of the p-quantile x, which keeps both x and 1 − x to full relative precision.
  static func inverseLogit(_ p: Double, complement: Double, a: Double, b: Double) -> Double {
    guard isDomain(a, b), p >= 0, complement >= 0 else { return .nan }
    if p == 0 { return -.infinity }
    if complement == 0 { return .infinity }
    if p <= 0.5 { return solveLowerTail(p, a, b) }
    return -solveLowerTail(complement, b, a)
  }

  private static func logistic(_ logit: Double) -> Double {
    logit < 0 ? exp(logit) / (1 + exp(logit)) : 1 / (1 + exp(-logit))
  }

  /// Newton's method on log Iₓ as a function of the logit, nearly a straight line in the tail, kept within a bracket.
  private static func solveLowerTail(_ p: Double, _ a: Double, _ b: Double) -> Double {
    var low = -745.0
    var high = 745.0
    var logit = min(max(log(a) - log(b), low), high)
    for _ in 0..<200 {
      let x = logistic(logit)
      let complement = logistic(-logit)
      let tail = regularized(x, complement: complement, a: a, b: b)
      if tail.isNaN { return .nan }
      if tail == p { return logit }
      if tail < p { low = logit } else { high = logit }
      let slope = exp(logKernel(x, complement, a, b)) / tail
      let newton = logit - log(tail / p) / slope
      let next = newton > low && newton < high ? newton : low + (high - low) / 2
      if abs(next - logit) <= 1e-15 * max(1, abs(next)) { return next }
      logit = next
    }
    return logit
  }
}
