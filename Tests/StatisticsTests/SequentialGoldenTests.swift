import Foundation
import Testing

@testable import Statistics

@Suite("Confidence sequences agree with a second derivation")
struct SequentialGoldenTests {
  @Test("Mean log-ratio, against quadrature over noncentral t densities")
  func mean() throws {
    for golden in try Golden.cases("meanSequence") {
      var sequence = try MeanLogRatioConfidenceSequence(
        alpha: golden.in[0], effectScale: golden.in[1], resolution: 1e-12)
      let sample = Array(golden.in.dropFirst(3))
      for value in sample { try sequence.observe(value) }
      // The script stops its search at t = 200 and calls what lies beyond infinite.
      let farthest = 200 * (try Descriptive.variance(sample) / Double(sample.count)).squareRoot()
      let actual = summary(sequence, null: golden.in[2])
      let limits = actual[3...].map { abs($0 - sequence.meanLogRatio) < farthest ? $0 : .infinity }
      expect(actual[..<3] + limits, like: golden, relative: 1e-8, absolute: 1e-8)
    }
  }

  @Test("Accuracy difference, against a gambler who bets item after item")
  func accuracyDifference() throws {
    let answers: [PairedAnswer] = [.onlyResidentRight, .bothWrong, .onlyCandidateRight]
    for golden in try Golden.cases("accuracySequence") {
      var sequence = try AccuracyDifferenceConfidenceSequence(alpha: golden.in[0])
      for value in golden.in.dropFirst(2) { sequence.observe(answers[Int(value) + 1]) }
      expect(summary(sequence, null: golden.in[1]), like: golden, relative: 1e-7, absolute: 1e-8)
    }
  }

  @Test("Score difference, against the same gambler")
  func scoreDifference() throws {
    for golden in try Golden.cases("scoreSequence") {
      let sequence = try ScoreDifferenceConfidenceSequence(alpha: golden.in[0], of: Array(golden.in.dropFirst(2)))
      expect(summary(sequence, null: golden.in[1]), like: golden, relative: 1e-7, absolute: 1e-8)
    }
  }

  // outputs: three log e-values, the two-sided interval, the one-sided limits
  private func summary(_ sequence: some ConfidenceSequence, null: Double) -> [Double] {
    [
      sequence.logEValue(against: null, alternative: .twoSided),
      sequence.logEValue(against: null, alternative: .greater),
      sequence.logEValue(against: null, alternative: .less),
      sequence.lower, sequence.upper, sequence.oneSidedLower, sequence.oneSidedUpper,
    ]
  }
}
