import Foundation
import Testing

@testable import Statistics

@Suite("Estimates agree with SciPy")
struct GoldenTests {
  @Test("Incomplete beta and its inverse")
  func incompleteBeta() throws {
    for golden in try Golden.cases("incompleteBeta") {
      let value = IncompleteBeta.regularized(golden.in[2], a: golden.in[0], b: golden.in[1])
      expect([value], like: golden, relative: 1e-10, absolute: 1e-300)
    }
    for golden in try Golden.cases("incompleteBetaInverse") {
      let value = IncompleteBeta.inverse(golden.in[2], a: golden.in[0], b: golden.in[1])
      expect([value], like: golden, relative: 1e-10)
    }
  }

  @Test("Student t")
  func studentT() throws {
    for golden in try Golden.cases("studentTCDF") {
      expect([StudentT(degreesOfFreedom: golden.in[0]).cdf(golden.in[1])], like: golden, relative: 1e-11)
    }
    for golden in try Golden.cases("studentTQuantile") {
      let value = StudentT(degreesOfFreedom: golden.in[0]).quantile(golden.in[1])
      expect([value], like: golden, relative: 1e-10, absolute: 1e-14)
    }
  }

  @Test("Standard normal")
  func standardNormal() throws {
    for golden in try Golden.cases("normalCDF") {
      expect([StandardNormal.cdf(golden.in[0])], like: golden, relative: 1e-12)
    }
    for golden in try Golden.cases("normalQuantile") {
      expect([StandardNormal.quantile(golden.in[0])], like: golden, relative: 1e-12, absolute: 1e-15)
    }
  }

  @Test("Binomial mass and tails")
  func binomial() throws {
    for golden in try Golden.cases("binomial") {
      let distribution = Binomial(trials: Int(golden.in[0]), probability: golden.in[1])
      let k = Int(golden.in[2])
      let values = [distribution.mass(k), distribution.cdf(k), distribution.upperTail(k)]
      expect(values, like: golden, relative: 1e-10)
    }
  }

  @Test("Clopper-Pearson limits")
  func clopperPearson() throws {
    for golden in try Golden.cases("clopperPearson") {
      let share = try ClopperPearson(successes: Int(golden.in[0]), trials: Int(golden.in[1]))
      let both = try share.interval(confidence: golden.in[2])
      let above = try share.lowerLimit(confidence: golden.in[2])
      let below = try share.upperLimit(confidence: golden.in[2])
      expect([both.lower, both.upper, above, below], like: golden, relative: 1e-9)
    }
  }

  @Test("Descriptive summaries")
  func descriptive() throws {
    for golden in try Golden.cases("descriptive") {
      let sample = Array(golden.in.dropFirst())
      let values = [
        try Descriptive.mean(sample), try Descriptive.variance(sample), try Descriptive.median(sample),
        try Descriptive.quantile(sample, golden.in[0]), try Descriptive.geometricMean(sample),
      ]
      expect(values, like: golden, relative: 1e-12)
    }
  }

  @Test("Paired log-ratios: ratio, t interval, bootstrap interval")
  func pairedLogRatios() throws {
    for golden in try Golden.cases("pairedLogRatios") {
      let values = Array(golden.in.dropFirst(2))
      let pairs = stride(from: 0, to: values.count, by: 2).map {
        MeasurementPair(resident: values[$0], candidate: values[$0 + 1])
      }
      let effect = try PairedLogRatios(pairs)
      let t = try effect.ratioInterval(confidence: golden.in[0])
      let bootstrap = try effect.bootstrapRatioInterval(
        confidence: golden.in[0], resamples: 60, seed: UInt64(golden.in[1]))
      let actual = [effect.ratio, t.lower, t.upper, bootstrap.lower, bootstrap.upper]
      expect(actual, like: golden, relative: 1e-10)
    }
  }

  @Test("Paired answers: McNemar and difference limits")
  func pairedAnswers() throws {
    for golden in try Golden.cases("pairedAnswers") {
      let counts = golden.in.prefix(4).map { Int($0) }
      let answers = try PairedAnswers(
        bothRight: counts[0], onlyResidentRight: counts[1], onlyCandidateRight: counts[2], bothWrong: counts[3])
      let confidence = golden.in[4]
      let both = try answers.accuracyDifferenceInterval(confidence: confidence)
      let actual = [
        answers.mcnemarPValue, both.lower, both.upper,
        try answers.accuracyDifferenceLowerLimit(confidence: confidence),
        try answers.accuracyDifferenceUpperLimit(confidence: confidence),
      ]
      expect(actual, like: golden, relative: 1e-9, absolute: 1e-12)
    }
  }

  @Test("Sample sizes agree with a search over the power function")
  func sampleSizes() throws {
    for golden in try Golden.cases("sampleSizeAnswers") {
      let size = try SampleSize.pairedAnswers(
        difference: golden.in[0], discordantShare: golden.in[1], power: golden.in[2], alpha: golden.in[3],
        alternative: golden.in[4] == 2 ? .twoSided : .greater)
      expect([Double(size)], like: golden, relative: 0)
    }
    for golden in try Golden.cases("sampleSizeLogRatios") {
      let size = try SampleSize.pairedLogRatios(
        meanLogRatio: golden.in[0], standardDeviation: golden.in[1], power: golden.in[2], alpha: golden.in[3],
        alternative: golden.in[4] == 2 ? .twoSided : .greater)
      expect([Double(size)], like: golden, relative: 0.01, absolute: 1)
    }
  }
}
