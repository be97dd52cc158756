import Foundation
import Testing

@testable import Statistics

@Suite("Paired log-ratios")
struct PairedLogRatiosTests {
  @Test("Swapping the models inverts the ratio and its intervals")
  func swap() throws {
    try forGeneratedPairs { pairs in
      let effect = try PairedLogRatios(pairs)
      let swapped = try PairedLogRatios(pairs.map(\.swapped))
      #expect(effect.meanLogRatio == -swapped.meanLogRatio)
      let interval = try effect.logRatioInterval(confidence: 0.9)
      let mirrored = try swapped.logRatioInterval(confidence: 0.9)
      #expect(interval.lower == -mirrored.upper)
      #expect(interval.upper == -mirrored.lower)
    }
  }

  @Test("A change of unit changes nothing")
  func units() throws {
    try forGeneratedPairs { pairs in
      let scaled = pairs.map { MeasurementPair(resident: $0.resident * 1e6, candidate: $0.candidate * 1e6) }
      let interval = try PairedLogRatios(pairs).ratioInterval(confidence: 0.95)
      let same = try PairedLogRatios(scaled).ratioInterval(confidence: 0.95)
      #expect(abs(interval.lower / same.lower - 1) < 1e-11)
      #expect(abs(interval.upper / same.upper - 1) < 1e-11)
    }
  }

  @Test("More confidence is a wider interval around the same ratio")
  func nested() throws {
    try forGeneratedPairs { pairs in
      let effect = try PairedLogRatios(pairs)
      let narrow = try effect.ratioInterval(confidence: 0.8)
      let wide = try effect.ratioInterval(confidence: 0.99)
      #expect(wide.lower <= narrow.lower && narrow.upper <= wide.upper)
      #expect(narrow.contains(effect.ratio))
    }
  }

  @Test("A seed fixes the bootstrap interval, and another seed moves it little")
  func bootstrap() throws {
    var generator = SampleGenerator(seed: 5)
    let pairs = (0..<30).map { _ in
      MeasurementPair(resident: 20, candidate: 20 * exp(0.05 + 0.04 * generator.normal()))
    }
    let effect = try PairedLogRatios(pairs)
    let interval = try effect.bootstrapRatioInterval(confidence: 0.95, resamples: 4000, seed: 7)
    #expect(try effect.bootstrapRatioInterval(confidence: 0.95, resamples: 4000, seed: 7) == interval)
    let other = try effect.bootstrapRatioInterval(confidence: 0.95, resamples: 4000, seed: 8)
    #expect(other != interval)
    #expect(abs(other.lower - interval.lower) < 0.003)
    let t = try effect.ratioInterval(confidence: 0.95)
    #expect(abs(t.lower - interval.lower) < 0.005)
    #expect(abs(t.upper - interval.upper) < 0.005)
  }

  @Test("Values at the ends of a Double's range still have a ratio")
  func extremes() throws {
    let pair = MeasurementPair(resident: .leastNonzeroMagnitude, candidate: .greatestFiniteMagnitude)
    let effect = try PairedLogRatios([pair, pair])
    #expect(effect.meanLogRatio.isFinite)
    #expect(abs(effect.meanLogRatio) < logRatioMagnitudeLimit)
  }

  private func forGeneratedPairs(_ check: ([MeasurementPair]) throws -> Void) throws {
    var generator = SampleGenerator(seed: 4)
    for _ in 0..<200 {
      let count = 2 + generator.index(below: 20)
      try check(
        (0..<count).map { _ in
          let resident = exp(generator.normal())
          return MeasurementPair(resident: resident, candidate: resident * exp(0.1 * generator.normal()))
        })
    }
  }
}
