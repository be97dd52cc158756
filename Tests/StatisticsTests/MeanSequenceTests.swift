import Foundation
import Testing

@testable import Statistics

@Suite("Mean log-ratio confidence sequence")
struct MeanSequenceTests {
  @Test("The limits are the null values at which the evidence reaches 1/alpha")
  func duality() throws {
    try forGeneratedSamples { sample in
      let sequence = try fed(sample)
      let threshold = -log(sequence.alpha)
      if sequence.lower.isFinite {
        #expect(abs(sequence.logEValue(against: sequence.lower, alternative: .twoSided) - threshold) < 1e-8)
        #expect(abs(sequence.logEValue(against: sequence.upper, alternative: .twoSided) - threshold) < 1e-8)
      } else {
        #expect(sequence.logEValue(against: 1000, alternative: .twoSided) < threshold)
      }
      if sequence.oneSidedLower.isFinite {
        let lower = sequence.logEValue(against: sequence.oneSidedLower, alternative: .greater)
        let upper = sequence.logEValue(against: sequence.oneSidedUpper, alternative: .less)
        #expect(abs(lower - threshold) < 1e-8)
        #expect(abs(upper - threshold) < 1e-8)
        #expect(sequence.lower <= sequence.oneSidedLower && sequence.oneSidedUpper <= sequence.upper)
      } else {
        #expect(sequence.logEValue(against: -1000, alternative: .greater) < threshold)
      }
    }
  }

  @Test("Swapping the models mirrors evidence and limits")
  func swap() throws {
    try forGeneratedSamples { sample in
      let (sequence, swapped) = (try fed(sample), try fed(sample.map { -$0 }))
      #expect(sequence.lower == -swapped.upper)
      #expect(sequence.oneSidedLower == -swapped.oneSidedUpper)
      for alternative in Alternative.allCases {
        #expect(
          sequence.logEValue(against: 0.02, alternative: alternative)
            == swapped.logEValue(against: -0.02, alternative: alternative.mirrored))
      }
    }
  }

  @Test("Evidence for a larger mean falls as the null value rises, and rises with the data")
  func monotone() throws {
    try forGeneratedSamples { sample in
      let (sequence, raised) = (try fed(sample), try fed(sample.map { $0 + 0.01 }))
      var previous = Double.infinity
      for null in stride(from: -1.0, through: 1, by: 0.05) {
        let evidence = sequence.logEValue(against: null, alternative: .greater)
        #expect(evidence <= previous + 1e-12)
        #expect(raised.logEValue(against: null, alternative: .greater) >= evidence - 1e-12)
        previous = evidence
      }
    }
  }

  @Test("Evidence depends on mean over spread only: doubling all log-ratios doubles the limits")
  func scale() throws {
    try forGeneratedSamples { sample in
      let (sequence, doubled) = (try fed(sample), try fed(sample.map { 2 * $0 }))
      let evidence = sequence.logEValue(against: 0.01, alternative: .greater)
      #expect(abs(doubled.logEValue(against: 0.02, alternative: .greater) - evidence) < 1e-9)
      if sequence.lower.isFinite { #expect(abs(doubled.lower - 2 * sequence.lower) < 1e-12) }
    }
  }

  @Test("Nothing is known before enough pairs, and no evidence precedes the second")
  func early() throws {
    var sequence = try MeanLogRatioConfidenceSequence(alpha: 0.05)
    #expect(sequence.lower == -.infinity)
    #expect(sequence.oneSidedUpper == .infinity)
    try sequence.observe(0.3)
    #expect(sequence.eValue(against: 0) == 1)
    #expect(sequence.upper == .infinity)
  }

  @Test("Equal readings bound the mean by the resolution, not to a point")
  func resolution() throws {
    let coarse = try fed(Array(repeating: 0.1, count: 20), resolution: 0.01)
    let fine = try fed(Array(repeating: 0.1, count: 20), resolution: 0.001)
    #expect(coarse.lower < fine.lower && fine.lower < 0.1)
    #expect(0.1 - coarse.lower > 0.005)
    #expect(fine.eValue(against: 0.1, alternative: .greater) < 1)
    let contrary = fine.logEValue(against: 0.11, alternative: .greater)
    #expect(contrary == coarse.logEValue(against: 0.11, alternative: .greater))
    #expect(contrary < log(0.05))
  }

  @Test("Hundreds of thousands of pairs neither overflow nor lose the limits")
  func large() throws {
    var generator = SampleGenerator(seed: 12)
    let sequence = try fed((0..<200_000).map { _ in 0.05 + 0.1 * (generator.uniform() - 0.5) })
    #expect(sequence.eValue(against: 0) == .infinity)
    #expect(sequence.lower > 0.0495 && sequence.upper < 0.0505)
    #expect(sequence.oneSidedLower > sequence.lower && sequence.oneSidedLower < 0.0505)
  }

  private func fed(_ sample: [Double], resolution: Double = 1e-12) throws -> MeanLogRatioConfidenceSequence {
    var sequence = try MeanLogRatioConfidenceSequence(alpha: 0.05, resolution: resolution)
    for value in sample { try sequence.observe(value) }
    return sequence
  }

  private func forGeneratedSamples(_ check: ([Double]) throws -> Void) throws {
    var generator = SampleGenerator(seed: 10)
    for _ in 0..<200 {
      let count = 2 + generator.index(below: 40)
      let mean = generator.uniform(-0.1...0.1)
      try check(generator.normals(count, mean: mean, deviation: exp(generator.uniform(-5...(-1)))))
    }
  }
}

@Suite("What more observations would show")
struct PredictionTests {
  @Test("The chance of a win at the end of a plan, against SciPy")
  func chance() throws {
    for golden in try Golden.cases("chanceOfLower") {
      let (alpha, nullValue, total) = (golden.in[0], golden.in[1], Int(golden.in[2]))
      var sequence = try MeanLogRatioConfidenceSequence(alpha: alpha)
      for value in golden.in.dropFirst(3) { try sequence.observe(value) }
      let chance = sequence.chanceOfLower(above: nullValue, after: total)
      let wanted = try #require(golden.out.first.flatMap { $0 })
      #expect(abs(chance - wanted) <= 1e-9, "\(chance), not \(wanted)")
    }
  }

  @Test("The number of observations that is advised is the first that is enough")
  func count() throws {
    var generator = SampleGenerator(seed: 5)
    for _ in 0..<200 {
      let (mean, deviation) = (generator.uniform(0.01...0.1), generator.uniform(0.005...0.1))
      let alpha = generator.uniform(0.001...0.2)
      let start = 2 + generator.index(below: 30)
      func lower(_ count: Int) -> Double {
        let critical = TMixture(count: count, effectVariance: 1).twoSidedCriticalT(alpha: alpha)
        return mean - critical * deviation / Double(count).squareRoot()
      }
      let found = MeanLogRatioConfidenceSequence.count(
        forLowerAbove: 0.005, mean: mean, deviation: deviation, from: start, DecisionLevel(alpha: alpha))
      let count = try #require(found)
      #expect(count >= start && lower(count) > 0.005)
      #expect(count == start || lower(count - 1) <= 0.005)
    }
  }

  @Test("What lies on the wrong side is never shown")
  func wrongSide() {
    #expect(
      MeanLogRatioConfidenceSequence.count(
        forLowerAbove: 0.02, mean: 0.01, deviation: 0.02, from: 6, DecisionLevel(alpha: 0.05)) == nil)
  }

  @Test("The chance rises with the mean and is symmetric under swapping the models")
  func properties() throws {
    var generator = SampleGenerator(seed: 6)
    for _ in 0..<200 {
      let values = generator.normals(6 + generator.index(below: 20), mean: 0.01, deviation: 0.03)
      let total = values.count + 1 + generator.index(below: 60)
      func chance(shift: Double, scale: Double = 1) throws -> Double {
        var sequence = try MeanLogRatioConfidenceSequence(alpha: 0.05, resolution: 1e-9)
        for value in values { try sequence.observe(scale * (value + shift)) }
        return sequence.chanceOfLower(above: 0, after: total)
      }
      #expect(try chance(shift: 0.01) >= chance(shift: 0))
      // Seconds or milliseconds, ratios of either: only the standardized effect counts.
      #expect(try abs(chance(shift: 0) - chance(shift: 0, scale: 3)) < 1e-6)
    }
  }
}
