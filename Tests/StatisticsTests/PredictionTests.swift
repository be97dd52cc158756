import Foundation
import Testing

@testable import Statistics

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
        forLowerAbove: 0.005, mean: mean, deviation: deviation, from: start, alpha: alpha)
      let count = try #require(found)
      #expect(count >= start && lower(count) > 0.005)
      #expect(count == start || lower(count - 1) <= 0.005)
    }
  }

  @Test("What lies on the wrong side is never shown")
  func wrongSide() {
    #expect(
      MeanLogRatioConfidenceSequence.count(forLowerAbove: 0.02, mean: 0.01, deviation: 0.02, from: 6, alpha: 0.05)
        == nil)
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
