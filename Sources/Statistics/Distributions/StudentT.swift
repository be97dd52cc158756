import Foundation

/// Student's t distribution. With degrees of freedom that are not finite and above zero every member is NaN.
public struct StudentT: Sendable, Hashable {
  public let degreesOfFreedom: Double

  public init(degreesOfFreedom: Double) {
    self.degreesOfFreedom = degreesOfFreedom
  }

  /// P(T ≤ t).
  public func cdf(_ t: Double) -> Double {
    let tail = 0.5 * tailMass(beyond: abs(t))
    return t > 0 ? 1 - tail : tail
  }

  /// The t with `cdf(t)` = p: infinite at 0 and 1, NaN outside 0...1.
  public func quantile(_ p: Double) -> Double {
    guard p >= 0, p <= 1, degreesOfFreedom > 0 else { return .nan }
    let tail = min(p, 1 - p)
    let logit = IncompleteBeta.inverseLogit(2 * tail, complement: 1 - 2 * tail, a: degreesOfFreedom / 2, b: 0.5)
    let magnitude = degreesOfFreedom.squareRoot() * exp(-logit / 2)
    return p < 0.5 ? -magnitude : magnitude
  }

  /// P(|T| > t) for t ≥ 0, from DLMF 8.17 with x = ν / (ν + t²).
  private func tailMass(beyond t: Double) -> Double {
    guard degreesOfFreedom > 0, degreesOfFreedom.isFinite else { return .nan }
    guard t.isFinite else { return t.isNaN ? .nan : 0 }
    let ratio = t / degreesOfFreedom.squareRoot()
    let x = 1 / (1 + ratio * ratio)
    let complement = ratio > 1 ? 1 / (1 + 1 / (ratio * ratio)) : ratio * ratio * x
    return IncompleteBeta.regularized(x, complement: complement, a: degreesOfFreedom / 2, b: 0.5)
  }
}
