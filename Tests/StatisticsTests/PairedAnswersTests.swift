import Foundation
import Testing

@testable import Statistics

@Suite("Paired answers")
struct PairedAnswersTests {
  @Test("Answers are counted by who was right")
  func counting() throws {
    let answers = try PairedAnswers([
      PairedAnswer(residentRight: true, candidateRight: true),
      PairedAnswer(residentRight: true, candidateRight: false),
      PairedAnswer(residentRight: false, candidateRight: true),
      PairedAnswer(residentRight: false, candidateRight: true),
      PairedAnswer(residentRight: false, candidateRight: false),
    ])
    #expect(answers.residentAccuracy == 0.4)
    #expect(answers.candidateAccuracy == 0.6)
    #expect(answers.accuracyDifference == 0.2)
    #expect(answers.discordantShare == 0.6)
  }

  @Test("Swapping the models mirrors the limits and keeps the p-value")
  func swap() throws {
    try forGeneratedCounts { both, loss, gain, wrong in
      let answers = try table(both, loss, gain, wrong)
      let swapped = try table(both, gain, loss, wrong)
      #expect(answers.mcnemarPValue == swapped.mcnemarPValue)
      let interval = try answers.accuracyDifferenceInterval(confidence: 0.9)
      let mirrored = try swapped.accuracyDifferenceInterval(confidence: 0.9)
      #expect(interval.lower == -mirrored.upper)
      #expect(interval.upper == -mirrored.lower)
      let lower = try answers.accuracyDifferenceLowerLimit(confidence: 0.9)
      #expect(try swapped.accuracyDifferenceUpperLimit(confidence: 0.9) == -lower)
      #expect(interval.lower <= lower && lower <= answers.accuracyDifference)
    }
  }

  @Test("One more item that only the candidate gets right raises both limits")
  func monotone() throws {
    try forGeneratedCounts { both, loss, gain, wrong in
      let before = try table(both + 1, loss, gain, wrong).accuracyDifferenceInterval(confidence: 0.95)
      let after = try table(both, loss, gain + 1, wrong).accuracyDifferenceInterval(confidence: 0.95)
      #expect(before.lower < after.lower)
      #expect(before.upper < after.upper)
    }
  }

  @Test("Every true table is covered with the stated confidence, by summing over all outcomes")
  func coverage() throws {
    let items = 12
    let confidence = 0.9
    var limits: [[(interval: ConfidenceInterval, lower: Double, upper: Double)]] = []
    for gain in 0...items {
      limits.append(
        try (0...(items - gain)).map { loss in
          let answers = try table(items - gain - loss, loss, gain, 0)
          return (
            try answers.accuracyDifferenceInterval(confidence: confidence),
            try answers.accuracyDifferenceLowerLimit(confidence: confidence),
            try answers.accuracyDifferenceUpperLimit(confidence: confidence)
          )
        })
    }
    for gainShare in stride(from: 0.0, through: 1, by: 0.1) {
      for lossShare in stride(from: 0.0, through: 1 - gainShare, by: 0.1) {
        let truth = gainShare - lossShare
        var covered = (interval: 0.0, lower: 0.0, upper: 0.0)
        for gain in 0...items {
          for loss in 0...(items - gain) {
            let conditional = gainShare < 1 ? min(1, lossShare / (1 - gainShare)) : 0
            let mass =
              Binomial(trials: items, probability: gainShare).mass(gain)
              * Binomial(trials: items - gain, probability: conditional).mass(loss)
            let limit = limits[gain][loss]
            if limit.interval.contains(truth) { covered.interval += mass }
            if limit.lower <= truth { covered.lower += mass }
            if truth <= limit.upper { covered.upper += mass }
          }
        }
        #expect(min(covered.interval, covered.lower, covered.upper) >= confidence - 1e-9)
      }
    }
  }

  private func table(_ both: Int, _ loss: Int, _ gain: Int, _ wrong: Int) throws -> PairedAnswers {
    try PairedAnswers(bothRight: both, onlyResidentRight: loss, onlyCandidateRight: gain, bothWrong: wrong)
  }

  private func forGeneratedCounts(_ check: (Int, Int, Int, Int) throws -> Void) throws {
    var generator = SampleGenerator(seed: 6)
    for _ in 0..<200 {
      try check(
        1 + generator.index(below: 400), generator.index(below: 30), generator.index(below: 30),
        generator.index(below: 100))
    }
  }
}
