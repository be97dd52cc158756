import Foundation
import Platform

/// Seeded draws of the distributions that noise is made of.
struct RandomSource {
  private var bits: SplitMix64
  private var spare: Double?

  init(seed: UInt64) { bits = SplitMix64(seed: seed) }

  /// Evenly distributed, strictly between 0 and 1.
  mutating func uniform() -> Double { (Double(bits.next() >> 11) + 0.5) * 0x1p-53 }

  mutating func bool() -> Bool { bits.next() >> 63 == 1 }

  /// Standard normal, by G. Marsaglia's polar method (*SIAM Review* 6, 1964, 260–264).
  mutating func normal() -> Double {
    if let value = spare {
      spare = nil
      return value
    }
    while true {
      let (x, y) = (2 * uniform() - 1, 2 * uniform() - 1)
      let square = x * x + y * y
      guard square > 0, square < 1 else { continue }
      let factor = (-2 * log(square) / square).squareRoot()
      spare = y * factor
      return x * factor
    }
  }

  /// Student's t with three degrees of freedom: its fourth moment is infinite.
  mutating func studentT3() -> Double {
    var squares = 0.0
    for _ in 0..<3 {
      let value = normal()
      squares += value * value
    }
    return normal() / (squares / 3).squareRoot()
  }

  /// Exponential with mean 1.
  mutating func exponential() -> Double { -log(uniform()) }

  /// The next value of a first-order autoregressive process with that stationary standard deviation.
  mutating func autoregressive(after value: Double, deviation: Double, correlation: Double) -> Double {
    correlation * value + deviation * (1 - correlation * correlation).squareRoot() * normal()
  }
}
