import Foundation

/// The evidence of a t statistic at one sample size, mixed over standardized effects.
///
/// With effects δ = mean / sd distributed N(0, g) and the scale-invariant (right Haar) measure on sd, the ratio of
/// marginal likelihoods of n normal observations, to δ = 0, is for r² = t² / (t² + n − 1)
///
///     two-sided:  (1 + ng)^(−1/2) · (1 − κ r²)^(−n/2),          κ = ng / (1 + ng)
///     one-sided:  the same · 2 F(r √(κ n / (1 − κ r²))),        F the cdf of Student's t with n degrees of freedom
///
/// where one-sided mixes over δ > 0 only. Sources: T. L. Lai, *Annals of Statistics* 4 (1976) 265–280; H. Wang and
/// A. Ramdas, *Anytime-valid t-tests and confidence sequences for Gaussian means with unknown variance* (2023),
/// arXiv:2310.03722; the one-sided form follows by integrating the normal factor over the positive half line.
struct TMixture {
  let count: Int
  /// g, the variance of the standardized effects mixed over.
  let effectVariance: Double

  private var n: Double { Double(count) }
  private var logDeterminant: Double { log1p(n * effectVariance) }

  /// log evidence, either sign; `unexplained` is 1 − r², given apart because it may be tiny.
  func logTwoSided(correlation: Double, unexplained: Double) -> Double {
    -0.5 * logDeterminant - 0.5 * n * log(remainder(correlation, unexplained))
  }

  /// log evidence for a positive effect.
  func logOneSided(correlation: Double, unexplained: Double) -> Double {
    let shrinkage = n * effectVariance / (1 + n * effectVariance)
    let statistic = correlation * (shrinkage * n / remainder(correlation, unexplained)).squareRoot()
    return logTwoSided(correlation: correlation, unexplained: unexplained)
      + log(2 * StudentT(degreesOfFreedom: n).cdf(statistic))
  }

  /// The |t| at which two-sided evidence reaches 1/alpha, infinite if no t is enough at this size.
  func twoSidedCriticalT(alpha: Double) -> Double {
    let logGrowth = (logDeterminant - 2 * log(alpha)) / n
    let denominator = -expm1(logGrowth - logDeterminant)
    guard count >= 2, denominator > 0 else { return .infinity }
    return (expm1(logGrowth) / denominator * (n - 1)).squareRoot()
  }

  /// The t at which one-sided evidence reaches 1/alpha, infinite if no t is enough at this size.
  func oneSidedCriticalT(alpha: Double) -> Double {
    guard count >= 2, logOneSided(correlation: 1, unexplained: 0) > -log(alpha) else { return .infinity }
    let rightAngle = Double.pi / 2
    let angle = Bisection.lastTrue(from: rightAngle, to: 0) { angle in
      logOneSided(correlation: sin(angle), unexplained: cos(angle) * cos(angle)) >= -log(alpha)
    }
    return tan(angle) * (n - 1).squareRoot()
  }

  /// 1 − κ r².
  private func remainder(_ correlation: Double, _ unexplained: Double) -> Double {
    unexplained + correlation * correlation / (1 + n * effectVariance)
  }
}
