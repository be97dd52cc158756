import Foundation
import Testing

@testable import Statistics

/// The resident against itself, looked at after every pair: how often is a difference claimed that is not there?
@Suite("Looking after every pair keeps the false-rejection rate")
struct PeekingTests {
  static let runs = 2000
  static let peeks = 40
  static let alpha = 0.05

  /// alpha plus three standard errors of a simulated rate.
  static let bound = alpha + 3 * (alpha * (1 - alpha) / Double(runs)).squareRoot()

  @Test("The mean under normal noise", arguments: Alternative.allCases)
  func mean(_ alternative: Alternative) throws {
    let rate = try rejectionRate(MeanLogRatioConfidenceSequence(alpha: Self.alpha), alternative) { generator in
      0.03 * generator.normal()
    }
    #expect(rate <= Self.bound)
    #expect(rate > 0.002, "a test that never rejects proves nothing")
  }

  @Test("Heavy symmetric tails make the mean cautious")
  func meanUnderHeavyTails() throws {
    let empty = try MeanLogRatioConfidenceSequence(alpha: Self.alpha)
    #expect(try rejectionRate(empty, .twoSided) { 0.03 * $0.studentT3() } <= Self.alpha)
  }

  @Test("Skewed noise breaks the mean's guarantee, as its documentation says")
  func meanUnderSkew() throws {
    let empty = try MeanLogRatioConfidenceSequence(alpha: Self.alpha)
    let rate = try rejectionRate(empty, .less) { 0.03 * (-log($0.uniform()) - 1) }
    #expect((0.13...0.19).contains(rate))
  }

  @Test("Non-inferiority of a candidate that is worse by exactly the margin")
  func accuracy() throws {
    let margin = 0.05
    let empty = try AccuracyDifferenceConfidenceSequence(alpha: Self.alpha)
    let rate = try rejectionRate(empty, against: -margin, .greater, peeks: 100) { generator in
      let draw = generator.uniform()
      if draw < 0.1 { return .onlyCandidateRight }
      return draw < 0.2 + margin ? .onlyResidentRight : .bothRight
    }
    #expect(rate <= Self.bound)
    #expect(rate > 0.002, "a test that never rejects proves nothing")
  }

  @Test("Scores of queries that are worse by exactly the margin, however skewed their differences are")
  func score() throws {
    let margin = 0.02
    let empty = try ScoreDifferenceConfidenceSequence(alpha: Self.alpha)
    // Most queries lose some, and a few gain much: what a t interval of few queries is wrong about.
    let rate = try rejectionRate(empty, against: -margin, .greater, peeks: 100) { generator in
      generator.uniform() < 0.8 ? -0.25 : 0.9
    }
    #expect(rate <= Self.bound)
    #expect(rate > 0.002, "a test that never rejects proves nothing")
  }

  @Test("A fixed-sample t interval, peeked at, claims far too much")
  func fixedSample() throws {
    var generator = SampleGenerator(seed: 42)
    var rejections = 0
    for _ in 0..<500 {
      let noise = generator.normals(Self.peeks, mean: 0, deviation: 0.03)
      let pairs = noise.map { MeasurementPair(resident: 1, candidate: exp($0)) }
      let rejects = try (2...Self.peeks).contains { size in
        try !PairedLogRatios(Array(pairs.prefix(size))).logRatioInterval(confidence: 1 - Self.alpha).contains(0)
      }
      if rejects { rejections += 1 }
    }
    #expect(Double(rejections) / 500 > 4 * Self.alpha)
  }

  @Test("A real effect is found, the larger the sooner")
  func detection() throws {
    var generator = SampleGenerator(seed: 41)
    var sizes: [Double] = []
    for effect in [0.03, 0.06] {
      var total = 0
      for _ in 0..<100 {
        var sequence = try MeanLogRatioConfidenceSequence(alpha: Self.alpha)
        while sequence.oneSidedLower <= 0, sequence.count < 400 {
          try sequence.observe(effect + 0.03 * generator.normal())
        }
        total += sequence.count
      }
      sizes.append(Double(total) / 100)
    }
    #expect(sizes[1] < sizes[0])
    #expect(sizes[0] < 25)
  }

  private func rejectionRate<Sequence: ConfidenceSequence>(
    _ empty: Sequence, against null: Double = 0, _ alternative: Alternative, peeks: Int = peeks,
    next: (inout SampleGenerator) -> Sequence.Observation
  ) throws -> Double {
    var generator = SampleGenerator(seed: 40)
    var rejections = 0
    for _ in 0..<Self.runs {
      var sequence = empty
      for _ in 0..<peeks {
        try sequence.observe(next(&generator))
        if sequence.logEValue(against: null, alternative: alternative) >= -log(Self.alpha) {
          rejections += 1
          break
        }
      }
    }
    return Double(rejections) / Double(Self.runs)
  }
}
