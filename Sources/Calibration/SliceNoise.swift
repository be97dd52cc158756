import Foundation
import Measurements

/// What disturbs the slices of both models in one simulated comparison, in the order of time.
struct SliceNoise {
  private let model: NoiseModel
  private let levels: NoiseLevels
  private var host: HostNoise
  /// How much slower each side's worker is by itself, as logarithms of times.
  private var own = (resident: 0.0, candidate: 0.0)

  init(_ model: NoiseModel, _ levels: NoiseLevels, _ random: inout RandomSource) {
    self.model = model
    self.levels = levels
    host = HostNoise(model, levels, scatter: levels.slice, &random)
  }

  /// Begins a round: both workers are loaded anew, and the host goes on.
  mutating func load(_ random: inout RandomSource) {
    switch model {
    case .loads: own = (levels.load * random.normal(), levels.load * random.normal())
    case .ownDrift: own = (levels.ownDrift * random.normal(), levels.ownDrift * random.normal())
    default: break
    }
  }

  /// The logarithm of how much longer the side's next slice takes.
  mutating func next(_ side: Side, isSecondOfPair: Bool, _ random: inout RandomSource) -> Double {
    let time = host.next(&random)
    switch model {
    case .loads: return time + (side == .resident ? own.resident : own.candidate)
    case .ownDrift:
      let drift = random.autoregressive(
        after: side == .resident ? own.resident : own.candidate, deviation: levels.ownDrift,
        correlation: levels.ownDriftCorrelation)
      if side == .resident { own.resident = drift } else { own.candidate = drift }
      return time + drift
    case .stalls: return random.uniform() < levels.stallShare ? time + log(2 + random.uniform()) : time
    case .order: return isSecondOfPair ? time + log1p(levels.order) : time
    default: return time
    }
  }
}
