import Foundation
import Platform
import Testing

@testable import Statistics

@Suite("Distributions")
struct DistributionTests {
  @Test("Quantiles undo cumulative probabilities, far into the tails")
  func quantilesInvert() {
    var generator = SampleGenerator(seed: 1)
    for _ in 0..<300 {
      let p = exp(generator.uniform(-200...(-0.7)))
      let freedom = generator.uniform(3...200)
      let t = StudentT(degreesOfFreedom: freedom)
      #expect(abs(t.cdf(t.quantile(p)) / p - 1) < 1e-9)
      #expect(abs(StandardNormal.cdf(StandardNormal.quantile(p)) / p - 1) < 1e-10)
      let a = generator.uniform(0.5...50)
      let b = generator.uniform(0.5...50)
      let x = IncompleteBeta.inverse(p, a: a, b: b)
      #expect(abs(IncompleteBeta.regularized(x, a: a, b: b) / p - 1) < 1e-9)
    }
  }

  @Test("Incomplete beta mirrors: I(x; a, b) + I(1 − x; b, a) = 1")
  func betaMirrors() {
    var generator = SampleGenerator(seed: 2)
    for _ in 0..<300 {
      let (x, a, b) = (generator.uniform(), generator.uniform(0.1...80), generator.uniform(0.1...80))
      let sum = IncompleteBeta.regularized(x, a: a, b: b) + IncompleteBeta.regularized(1 - x, a: b, b: a)
      #expect(abs(sum - 1) < 1e-12)
    }
  }

  // The masses summed downward from k = 4999000 with 30 digits, in Python with mpmath 1.3.0:
  // from mpmath import mp, mpf, loggamma, log, e; mp.dps = 30; n, k = 10**7, 4999000
  // t = e ** (loggamma(n + 1) - loggamma(k + 1) - loggamma(n - k + 1) - n * log(2)); total = t
  // while t / total > mpf(10) ** -20: t *= mpf(k) / (n - k + 1); k -= 1; total += t
  @Test("Ten million trials keep their precision")
  func largeCounts() {
    let tail = Binomial(trials: 10_000_000, probability: 0.5).cdf(4_999_000)
    #expect(abs(tail / 0.263_647_928_103_321_898 - 1) < 1e-11)
  }

  @Test("The ends of each domain")
  func ends() throws {
    let t = StudentT(degreesOfFreedom: 4)
    #expect(t.quantile(0) == -.infinity)
    #expect(t.quantile(1) == .infinity)
    #expect(t.quantile(0.5) == 0)
    #expect(t.cdf(-.infinity) == 0)
    #expect(t.cdf(.infinity) == 1)
    #expect(t.cdf(1e200) == 1)
    #expect(StandardNormal.quantile(0) == -.infinity)
    #expect(StandardNormal.quantile(1) == .infinity)
    #expect(Binomial(trials: 0, probability: 0.3).mass(0) == 1)
    #expect(Binomial(trials: 5, probability: 0).cdf(0) == 1)
    #expect(Binomial(trials: 5, probability: 1).mass(5) == 1)
    #expect(Binomial(trials: 5, probability: 0.3).cdf(-1) == 0)
    let none = try ClopperPearson(successes: 0, trials: 3).interval(confidence: 0.9)
    #expect(none.lower == 0)
    #expect(abs(none.upper - (1 - cbrt(0.05))) < 1e-14)
  }

  @Test("Outside its domain a function is not a number")
  func outsideDomain() {
    #expect(IncompleteBeta.regularized(1.5, a: 1, b: 1).isNaN)
    #expect(IncompleteBeta.regularized(0.5, a: 0, b: 1).isNaN)
    #expect(IncompleteBeta.inverse(.nan, a: 1, b: 1).isNaN)
    #expect(StudentT(degreesOfFreedom: -1).cdf(0).isNaN)
    #expect(StudentT(degreesOfFreedom: .infinity).quantile(0.3).isNaN)
    #expect(StandardNormal.quantile(-0.1).isNaN)
    #expect(Binomial(trials: -1, probability: 0.5).cdf(0).isNaN)
    #expect(Binomial(trials: 3, probability: .nan).mass(1).isNaN)
  }

  // The published test vector for this seed (Rosetta Code, Pseudo-random numbers/Splitmix64).
  @Test("SplitMix64 produces its reference stream")
  func splitMix() {
    var generator = SplitMix64(seed: 1_234_567)
    let stream = (0..<3).map { _ in generator.next() }
    #expect(stream == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423])
    #expect(generator.nextIndex(below: 0) == 0)
  }
}
