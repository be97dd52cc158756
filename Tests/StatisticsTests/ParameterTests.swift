import Testing

@testable import Statistics

@Suite("Data and parameters without an answer are typed errors")
struct ParameterTests {
  @Test("A sample with a hole names the place")
  func samples() {
    #expect(throws: StatisticsError.tooFewObservations(needed: 1, got: 0)) { try Descriptive.mean([]) }
    #expect(throws: StatisticsError.tooFewObservations(needed: 2, got: 1)) { try Descriptive.variance([1]) }
    #expect(throws: StatisticsError.nonFiniteObservation(index: 1)) { try Descriptive.median([1, .nan]) }
    #expect(throws: StatisticsError.nonPositiveObservation(index: 2, value: 0)) {
      try Descriptive.geometricMean([1, 2, 0])
    }
    #expect(throws: StatisticsError.self) { try Descriptive.quantile([1], 1.5) }
    #expect(throws: StatisticsError.self) { try Descriptive.quantile([1], .nan) }
  }

  @Test("Pairs need positive finite values, and two of them")
  func pairs() {
    let good = MeasurementPair(resident: 10, candidate: 11)
    #expect(throws: StatisticsError.tooFewObservations(needed: 2, got: 1)) { try PairedLogRatios([good]) }
    #expect(throws: StatisticsError.nonPositiveObservation(index: 1, value: -3)) {
      try PairedLogRatios([good, MeasurementPair(resident: 10, candidate: -3)])
    }
    #expect(throws: StatisticsError.nonFiniteObservation(index: 1)) {
      try PairedLogRatios([good, MeasurementPair(resident: .infinity, candidate: 1)])
    }
  }

  @Test("Levels outside 0 to 1 and unusable resample counts are refused")
  func levels() throws {
    let effect = try PairedLogRatios(Array(repeating: MeasurementPair(resident: 1, candidate: 2), count: 3))
    for level in [0, 1, -0.5, .nan, .infinity] {
      #expect(throws: StatisticsError.self) { try effect.ratioInterval(confidence: level) }
      #expect(throws: StatisticsError.self) { try MeanLogRatioConfidenceSequence(alpha: level) }
      #expect(throws: StatisticsError.self) { try AccuracyDifferenceConfidenceSequence(alpha: level) }
    }
    #expect(throws: StatisticsError.self) {
      try effect.bootstrapRatioInterval(confidence: 0.9, resamples: 1, seed: 0)
    }
    #expect(throws: StatisticsError.self) { try MeanLogRatioConfidenceSequence(alpha: 0.1, effectScale: 0) }
    #expect(throws: StatisticsError.self) { try MeanLogRatioConfidenceSequence(alpha: 0.1, resolution: .nan) }
  }

  @Test("Counts must be possible")
  func counts() {
    #expect(throws: StatisticsError.invalidCount(name: "bothWrong", value: -1)) {
      try PairedAnswers(bothRight: 1, onlyResidentRight: 0, onlyCandidateRight: 0, bothWrong: -1)
    }
    #expect(throws: StatisticsError.invalidCount(name: "onlyResidentRight", value: .max)) {
      try PairedAnswers(bothRight: 1, onlyResidentRight: .max, onlyCandidateRight: 0, bothWrong: 0)
    }
    #expect(throws: StatisticsError.tooFewObservations(needed: 1, got: 0)) { try PairedAnswers([]) }
    #expect(throws: StatisticsError.invalidCount(name: "successes", value: 4)) {
      try ClopperPearson(successes: 4, trials: 3)
    }
  }

  @Test("Astronomical counts have limits or NaN, and never crash")
  func astronomicalCounts() throws {
    let answers = try PairedAnswers(
      bothRight: 3, onlyResidentRight: .max / 2, onlyCandidateRight: .max / 2 - 4, bothWrong: 0)
    let limit = try answers.accuracyDifferenceLowerLimit(confidence: 0.95)
    #expect(limit.isNaN || limit <= 0)
    #expect(answers.mcnemarPValue.isNaN || (0...1).contains(answers.mcnemarPValue))
  }

  @Test("A sequence refuses an impossible log-ratio and stays as it was")
  func observations() throws {
    var mean = try MeanLogRatioConfidenceSequence(alpha: 0.05)
    try mean.observe(0.1)
    let before = mean
    #expect(throws: StatisticsError.nonFiniteObservation(index: 1)) { try mean.observe(.nan) }
    #expect(throws: StatisticsError.logRatioOutOfRange(index: 1, value: 1e9)) { try mean.observe(1e9) }
    #expect(mean == before)
    #expect(mean.eValue(against: .nan).isNaN)
  }

  @Test("Sample sizes refuse effects that cannot be or cannot be seen")
  func sampleSizes() {
    #expect(throws: StatisticsError.self) {
      try SampleSize.pairedAnswers(difference: 0.3, discordantShare: 0.2, power: 0.8, alpha: 0.05)
    }
    #expect(throws: StatisticsError.self) {
      try SampleSize.pairedAnswers(difference: 0, discordantShare: 0.2, power: 0.8, alpha: 0.05)
    }
    #expect(throws: StatisticsError.self) {
      try SampleSize.pairedLogRatios(meanLogRatio: 1e-300, standardDeviation: 1, power: 0.8, alpha: 0.05)
    }
    #expect(throws: StatisticsError.self) {
      try SampleSize.pairedLogRatios(meanLogRatio: 0.1, standardDeviation: 1, power: 0.01, alpha: 0.05)
    }
  }

  @Test("A message says what is wrong, where, and what to do")
  func messages() {
    #expect(
      StatisticsError.nonPositiveObservation(index: 3, value: 0).description
        == "Observation 3 is 0.0, but a ratio needs values above zero; leave failed measurements out.")
    #expect(
      StatisticsError.tooFewObservations(needed: 2, got: 1).description
        == "Got 1 observations where at least 2 are needed; measure more pairs.")
  }
}
