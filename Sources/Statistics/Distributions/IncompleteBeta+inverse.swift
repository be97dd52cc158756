import Foundation

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

  static func logistic(_ logit: Double) -> Double {
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
