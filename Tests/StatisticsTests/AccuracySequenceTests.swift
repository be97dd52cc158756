import Foundation
import Testing

@testable import Statistics

@Suite("Accuracy difference confidence sequence")
struct AccuracySequenceTests {
  @Test("The limits enclose the estimate and are rejected values themselves")
  func limits() throws {
    try forGeneratedCounts { gains, losses, ties in
      let sequence = try fed(gains, losses, ties)
      let interval = sequence.interval
      #expect(interval.contains(sequence.accuracyDifference))
      #expect(interval.lower <= sequence.oneSidedLower && sequence.oneSidedUpper <= interval.upper)
      let threshold = -log(sequence.alpha)
      if sequence.oneSidedLower > -1 {
        let outside = sequence.logEValue(against: sequence.oneSidedLower, alternative: .greater)
        let inside = sequence.logEValue(against: sequence.oneSidedLower + 1e-9, alternative: .greater)
        #expect(outside >= threshold && inside < threshold)
      }
    }
  }

  @Test("Swapping the models mirrors evidence and limits")
  func swap() throws {
    try forGeneratedCounts { gains, losses, ties in
      let (sequence, swapped) = (try fed(gains, losses, ties), try fed(losses, gains, ties))
      #expect(abs(sequence.lower + swapped.upper) < 1e-12)
      #expect(abs(sequence.oneSidedLower + swapped.oneSidedUpper) < 1e-12)
      #expect(
        sequence.logEValue(against: 0.05, alternative: .greater)
          == swapped.logEValue(against: -0.05, alternative: .less))
    }
  }

  @Test("Evidence of non-inferiority rises with the margin and with every item the candidate gains")
  func monotone() throws {
    try forGeneratedCounts { gains, losses, ties in
      let (sequence, better) = (try fed(gains, losses, ties), try fed(gains + 1, losses, max(ties - 1, 0)))
      var previous = 0.0
      for margin in stride(from: 0.0, to: 1, by: 0.05) {
        let evidence = sequence.nonInferiorityEValue(margin: margin)
        #expect(evidence >= previous * (1 - 1e-12))
        #expect(better.nonInferiorityEValue(margin: margin) >= evidence)
        previous = evidence
      }
    }
  }

  @Test("Identical answers show non-inferiority once there are enough of them")
  func identical() throws {
    #expect(try fed(0, 0, 50).nonInferiorityEValue(margin: 0.02) < 20)
    #expect(try fed(0, 0, 500).nonInferiorityEValue(margin: 0.02) > 20)
    #expect(abs(try fed(0, 0, 500).nonInferiorityEValue(margin: 0) - 1) < 1e-9)
  }

  @Test("Unanimous answers and impossible null values stay within bounds")
  func ends() throws {
    let gains = try fed(40, 0, 0)
    #expect(gains.upper == 1)
    #expect(gains.lower > 0.5)
    #expect(gains.eValue(against: -5, alternative: .greater) == .infinity)
    #expect(gains.eValue(against: .nan).isNaN)
    let losses = try fed(0, 40, 0)
    #expect(losses.lower == -1)
    #expect(losses.eValue(against: -5, alternative: .greater) < 1)
    let none = try fed(0, 0, 0)
    #expect(none.interval.lower == -1 && none.interval.upper == 1)
    #expect(none.eValue(against: 0) == 1)
  }

  private func fed(_ gains: Int, _ losses: Int, _ ties: Int) throws -> AccuracyDifferenceConfidenceSequence {
    var sequence = try AccuracyDifferenceConfidenceSequence(alpha: 0.05)
    for _ in 0..<gains { sequence.observe(.onlyCandidateRight) }
    for _ in 0..<losses { sequence.observe(.onlyResidentRight) }
    for _ in 0..<ties { sequence.observe(.bothRight) }
    return sequence
  }

  private func forGeneratedCounts(_ check: (Int, Int, Int) throws -> Void) throws {
    var generator = SampleGenerator(seed: 30)
    for _ in 0..<60 {
      try check(generator.index(below: 40), generator.index(below: 40), 1 + generator.index(below: 200))
    }
  }
}
