import Envelopes
import Foundation

/// A way in which measurements are disturbed: the scatter of repetitions or slices, and one disturbance.
public enum NoiseModel: String, Sendable, CaseIterable {
  /// Independent normal scatter and nothing else.
  case white
  /// The host's speed drifts: an autoregressive process.
  case drift
  /// The host warms up within about twenty repetitions or slices and cools down in pauses.
  case thermal
  /// Something else runs now and then and slows the host down.
  case bursts
  /// The scatter is Student's t with three degrees of freedom.
  case heavyTails = "heavy_tails"
  /// Each load of a model has a speed of its own.
  case loads
  /// The speed of each worker drifts on its own, beginning anew with each load.
  case ownDrift = "own_drift"
  /// Slices of either side stall, alike on both.
  case stalls
  /// The second slice of a pair is slower.
  case order
  /// The scatter is exponentially distributed.
  case skew

  /// Those that comparisons by that schema are simulated under: by blocks, the disturbances of the host.
  static func simulated(by schema: EnvelopeSchema) -> [NoiseModel] {
    switch schema {
    case .blocks: [.white, .drift, .thermal, .bursts, .heavyTails]
    case .rounds: allCases
    }
  }
}

/// The disturbance of a simulated host from one unit of work to the next: a repetition by blocks, a slice by rounds.
struct HostNoise {
  private let model: NoiseModel
  private let levels: NoiseLevels
  /// The standard deviation of a unit around the host's speed at that moment, as a logarithm.
  private let scatter: Double
  private var drift = 0.0
  private var heat = 0.0
  private var burst = 0.0

  /// The time constant of warming, and the mean length of a burst, in units.
  private static let warming = 20.0
  static let burstLength = 3.0

  init(_ model: NoiseModel, _ levels: NoiseLevels, scatter: Double, _ random: inout RandomSource) {
    self.model = model
    self.levels = levels
    self.scatter = scatter
    if model == .drift { drift = levels.drift * random.normal() }
  }

  /// The logarithm of how much longer the next unit takes.
  mutating func next(_ random: inout RandomSource) -> Double {
    switch model {
    case .white, .loads, .ownDrift, .stalls, .order: return scatter * random.normal()
    case .heavyTails: return scatter * random.studentT3()
    case .skew: return scatter * (random.exponential() - 1)
    case .drift:
      drift = random.autoregressive(
        after: drift, deviation: levels.drift, correlation: levels.driftCorrelation)
      return drift + scatter * random.normal()
    case .thermal:
      // A pause about every sixty units lets it cool.
      heat = random.uniform() < 1.0 / 60 ? 0 : heat + (1 - heat) / Self.warming
      return levels.ramp * heat + scatter * random.normal()
    case .bursts:
      if burst > 0 {
        if random.uniform() < 1 / Self.burstLength { burst = 0 }
      } else if random.uniform() < levels.burstRate {
        burst = levels.burstSlowdown * random.exponential()
      }
      return burst + scatter * random.normal()
    }
  }
}
