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

  /// Iₓ(a, b) where 1 − x is given too, because a caller near x = 1 often knows it more precisely.
  static func regularized(_ x: Double, complement: Double, a: Double, b: Double) -> Double {
    guard isDomain(a, b), x >= 0, complement >= 0 else { return .nan }
    if x == 0 { return 0 }
    if complement == 0 { return 1 }
    if x <= (a + 1) / (a + b + 2) { return lowerTail(x, complement, a, b) }
    return 1 - lowerTail(complement, x, b, a)
  }

  static func isDomain(_ a: Double, _ b: Double) -> Bool {
    a > 0 && b > 0 && a.isFinite && b.isFinite
  }

  /// log of xᵃ (1−x)ᵇ / B(a, b): the derivative of Iₓ(a, b) along log(x / (1−x)).
  static func logKernel(_ x: Double, _ complement: Double, _ a: Double, _ b: Double) -> Double {
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
