import Platform
import Testing

@testable import Statistics

/// Slopes of series with outliers and of values that hang together.
@Suite("Robust trend")
struct RobustTrendTests {
  /// Independent steps of mean zero, by a fixed stream.
  private struct Noise {
    var generator: SplitMix64

    init(_ seed: Int) { generator = SplitMix64(seed: UInt64(seed)) }

    /// The sum of twelve uniform draws is nearly normal with variance one.
    mutating func next() -> Double {
      (0..<12).reduce(-6) { sum, _ in sum + Double(generator.next() >> 11) / Double(1 << 53) }
    }
  }

  private func trend(_ values: [Double]) throws -> RobustTrend {
    try RobustTrend(abscissas: values.indices.map(Double.init), values: values, confidence: 0.9)
  }

  @Test("A line is found exactly, with nothing around it")
  func line() throws {
    let found = try trend((0..<20).map { 5 + 3 * Double($0) })
    #expect(abs(found.slope - 3) < 1e-12)
    #expect(found.interval.upper - found.interval.lower < 1e-9)
  }

  @Test("Flat series with outliers, with or without neighbours that hang together, are rarely taken for growth")
  func errors() throws {
    for (share, correlation, most) in [(0.0, 0.0, 14), (0.1, 0.0, 14), (0.0, 0.5, 18), (0.0, 0.9, 40)] {
      var wrong = 0
      for seed in 0..<100 {
        var noise = Noise(seed)
        var value = 0.0
        let values = (0..<40).map { _ -> Double in
          value = correlation * value + noise.next()
          return value + (abs(noise.next()) > 1.64 && share > 0 ? 20 : 0)
        }
        let found = try trend(values)
        if !found.interval.contains(0) { wrong += 1 }
      }
      // Two ends of 5 % each; the limit is what the documentation says, with room for chance.
      #expect(wrong <= most, "\(wrong) of 100 with outliers \(share), correlation \(correlation)")
    }
  }

  @Test("A slope of half a standard deviation per value is found among outliers")
  func power() throws {
    for seed in 0..<20 {
      var noise = Noise(seed)
      let values = (0..<25).map { 0.5 * Double($0) + noise.next() + ($0 == 7 ? -40 : 0) }
      let found = try trend(values)
      #expect(found.interval.lower > 0.2 && found.interval.upper < 0.8)
    }
  }

  @Test("The same series has the same interval to the bit")
  func repeatable() throws {
    var noise = Noise(3)
    let values = (0..<20).map { _ in noise.next() }
    #expect(try trend(values) == trend(values))
  }

  @Test("Too few values, values that are not finite and abscissas that stand still are refused")
  func refusals() {
    #expect(throws: StatisticsError.tooFewObservations(needed: 8, got: 3)) { try trend([1, 2, 3]) }
    #expect(throws: StatisticsError.nonFiniteObservation(index: 2)) {
      try trend([1, 2, .nan, 4, 5, 6, 7, 8])
    }
    #expect(throws: StatisticsError.self) {
      try RobustTrend(abscissas: Array(repeating: 1, count: 8), values: Array(repeating: 1, count: 8), confidence: 0.9)
    }
  }
}
