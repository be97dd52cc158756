import Foundation
import Platform

/// A way in which a host disturbs measurements: the scatter of repetitions and one disturbance.
public enum NoiseModel: String, Sendable, CaseIterable {
  /// Independent normal scatter and nothing else.
  case white
  /// The host's speed drifts: an autoregressive process.
  case drift
  /// The host warms up within about twenty repetitions and cools down in pauses.
  case thermal
  /// Something else runs now and then and slows the host down.
  case bursts
  /// The scatter is Student's t with three degrees of freedom.
  case heavyTails = "heavy_tails"
}

/// The disturbance of a simulated host from one repetition to the next.
struct HostNoise {
  private let model: NoiseModel
  private let levels: NoiseLevels
  private var drift = 0.0
  private var heat = 0.0
  private var burst = 0.0

  /// The time constant of warming, and the mean length of a burst, in repetitions.
  private static let warming = 20.0
  static let burstLength = 3.0

  init(_ model: NoiseModel, _ levels: NoiseLevels, _ random: inout RandomSource) {
    self.model = model
    self.levels = levels
    if model == .drift { drift = levels.drift * random.normal() }
  }

  /// The logarithm of how much longer the next repetition takes.
  mutating func next(_ random: inout RandomSource) -> Double {
    switch model {
    case .white: return levels.repetition * random.normal()
    case .heavyTails: return levels.repetition * random.studentT3()
    case .drift:
      let correlation = levels.driftCorrelation
      drift = correlation * drift + levels.drift * (1 - correlation * correlation).squareRoot() * random.normal()
      return drift + levels.repetition * random.normal()
    case .thermal:
      // A pause about every sixty repetitions lets it cool.
      heat = random.uniform() < 1.0 / 60 ? 0 : heat + (1 - heat) / Self.warming
      return levels.ramp * heat + levels.repetition * random.normal()
    case .bursts:
      if burst > 0 {
        if random.uniform() < 1 / Self.burstLength { burst = 0 }
      } else if random.uniform() < levels.burstRate {
        burst = -levels.burstSlowdown * log(random.uniform())
      }
      return burst + levels.repetition * random.normal()
    }
  }
}

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
}
