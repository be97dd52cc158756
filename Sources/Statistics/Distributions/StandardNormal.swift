import Foundation

/// The normal distribution with mean 0 and variance 1.
public enum StandardNormal {
  /// P(Z ≤ z).
  public static func cdf(_ z: Double) -> Double {
    0.5 * erfc(-z * 0.5.squareRoot())
  }

  /// The z with `cdf(z)` = p: infinite at 0 and 1, NaN outside 0...1.
  public static func quantile(_ p: Double) -> Double {
    guard p >= 0, p <= 1 else { return .nan }
    if p == 0 { return -.infinity }
    if p == 1 { return .infinity }
    return p <= 0.5 ? lowerQuantile(p) : -lowerQuantile(1 - p)
  }

  /// Newton's method on log Φ, which is smooth and concave, from the first-order tail approximation.
  private static func lowerQuantile(_ p: Double) -> Double {
    if p == 0.5 { return 0 }
    var z = -(-2 * log(2 * p)).squareRoot()
    for _ in 0..<60 {
      let mass = cdf(z)
      guard mass > 0 else { return z }
      let density = exp(-0.5 * z * z) / (2 * Double.pi).squareRoot()
      let step = log(mass / p) * mass / density
      z -= step
      if abs(step) <= 1e-15 * max(1, abs(z)) { break }
    }
    return z
  }
}
