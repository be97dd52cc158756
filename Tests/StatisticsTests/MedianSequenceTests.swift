import Foundation
import Testing

@testable import Statistics

@Suite("Median log-ratio confidence sequence")
struct MedianSequenceTests {
  @Test("Seven pairs of one sign decide one-sided, eight two-sided, at alpha 0.05")
  func fewest() throws {
    let seven = try fed(Array(repeating: 0.02, count: 7))
    #expect(seven.oneSidedLower == 0.02)
    #expect(seven.lower == -.infinity)
    #expect(abs(seven.eValue(against: 0, alternative: .greater) - 255.0 / 8) < 1e-9)
    #expect(try fed(Array(repeating: 0.02, count: 6)).oneSidedLower == -.infinity)
    #expect(try fed(Array(repeating: 0.02, count: 8)).lower == 0.02)
  }

  @Test("Only the order of log-ratios counts, not their sizes or their sequence")
  func ranks() throws {
    try forGeneratedSamples { sample in
      let sequence = try fed(sample)
      #expect(try fed(sample.reversed()) == sequence)
      let stretched = try fed(sample.map { $0 * abs($0) })
      for alternative in Alternative.allCases {
        #expect(
          sequence.logEValue(against: 0, alternative: alternative)
            == stretched.logEValue(against: 0, alternative: alternative))
      }
      #expect(stretched.lower == sequence.lower * abs(sequence.lower))
    }
  }

  @Test("Swapping the models mirrors evidence and limits")
  func swap() throws {
    try forGeneratedSamples { sample in
      let (sequence, swapped) = (try fed(sample), try fed(sample.map { -$0 }))
      #expect(sequence.lower == -swapped.upper)
      #expect(sequence.oneSidedUpper == -swapped.oneSidedLower)
      #expect(
        sequence.logEValue(against: 0.1, alternative: .greater)
          == swapped.logEValue(against: -0.1, alternative: .less))
    }
  }

  @Test("Evidence for a larger median falls as the null value rises")
  func monotone() throws {
    try forGeneratedSamples { sample in
      let sequence = try fed(sample)
      let evidence = stride(from: -1.0, through: 1, by: 0.05).map {
        sequence.logEValue(against: $0, alternative: .greater)
      }
      #expect(zip(evidence, evidence.dropFirst()).allSatisfy { $0 >= $1 - 1e-12 })
    }
  }

  @Test("Log-ratios equal to the null value are evidence for neither direction")
  func ties() throws {
    let sequence = try fed(Array(repeating: 0, count: 30))
    for alternative in Alternative.allCases {
      #expect(sequence.eValue(against: 0, alternative: alternative) < 1)
    }
    #expect(sequence.interval.contains(0))
  }

  @Test("Without data there is no evidence and no limit")
  func empty() throws {
    let sequence = try MedianLogRatioConfidenceSequence(alpha: 0.05)
    #expect(sequence.medianLogRatio == nil)
    #expect(sequence.interval.lower == -.infinity)
    #expect(abs(sequence.eValue(against: 0, alternative: .greater) - 1) < 1e-12)
  }

  private func fed(_ sample: [Double]) throws -> MedianLogRatioConfidenceSequence {
    var sequence = try MedianLogRatioConfidenceSequence(alpha: 0.05)
    for value in sample { try sequence.observe(value) }
    return sequence
  }

  private func forGeneratedSamples(_ check: ([Double]) throws -> Void) throws {
    var generator = SampleGenerator(seed: 20)
    for _ in 0..<200 {
      let count = 8 + generator.index(below: 40)
      let centre = generator.uniform(-0.3...0.3)
      try check((0..<count).map { _ in centre + 0.1 * generator.studentT3() })
    }
  }
}
