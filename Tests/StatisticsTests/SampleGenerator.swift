import Platform
import Statistics

/// Seeded noise for generated cases and simulations.
struct SampleGenerator {
  private var bits: SplitMix64

  init(seed: UInt64) {
    bits = SplitMix64(seed: seed)
  }

  /// Evenly distributed, strictly between 0 and 1.
  mutating func uniform() -> Double {
    (Double(bits.next() >> 11) + 0.5) * 0x1p-53
  }

  mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  mutating func index(below bound: Int) -> Int {
    bits.nextIndex(below: bound)
  }

  mutating func normal() -> Double {
    StandardNormal.quantile(uniform())
  }

  /// Student t with three degrees of freedom: symmetric with tails so heavy that the fourth moment is infinite.
  mutating func studentT3() -> Double {
    let squares = (0..<3).map { _ in normal() }.map { $0 * $0 }.reduce(0, +)
    return normal() / (squares / 3).squareRoot()
  }

  mutating func normals(_ count: Int, mean: Double, deviation: Double) -> [Double] {
    (0..<count).map { _ in mean + deviation * normal() }
  }
}
