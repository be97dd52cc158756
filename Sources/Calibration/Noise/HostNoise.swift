import Foundation

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
      // A pause every sixty repetitions or so lets it cool.
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
