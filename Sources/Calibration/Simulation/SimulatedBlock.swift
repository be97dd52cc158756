import Envelopes
import Foundation
import Measurements

/// Four repetitions of one cell in the order ABBA or BAAB, as logarithms of times.
struct SimulatedBlock {
  /// The mean over a model's two repetitions.
  private struct Times {
    var prefill = 0.0
    var decode = 0.0
    var tail = 0.0
    var total = 0.0

    mutating func add(_ other: Times) {
      prefill += other.prefill
      decode += other.decode
      tail += other.tail
      total += other.total
    }
  }

  private var resident = Times()
  private var candidate = Times()
  /// The larger difference of a model's two total times.
  let divergence: Double

  /// How many prompt tokens take the time of one decoded token, roughly, on the hosts that this is for.
  private static let prefillSpeed = 8.0
  /// What prefill, decode and the tail of inter-token times scatter by themselves, relative to the whole.
  private static let ownScatter = 0.5
  private static let tailScatter = 1.0

  init(
    _ cell: ThroughputCell, _ noise: inout HostNoise, _ levels: NoiseLevels, gain: Double,
    _ random: inout RandomSource
  ) {
    let prefill = Double(cell.promptTokens) / Self.prefillSpeed
    let share = prefill / (prefill + Double(cell.decodeTokens))
    let isResidentFirst = random.bool()
    var totals: [[Double]] = [[], []]
    for position in 0..<4 {
      let isResident = (position == 0 || position == 3) == isResidentFirst
      let host = noise.next(&random) - (isResident ? 0 : gain)
      let own = levels.repetition * Self.ownScatter
      let first = host + own * random.normal()
      let decode = host + own * random.normal()
      let tail = decode + levels.repetition * Self.tailScatter * random.normal()
      let total = log(share * exp(first) + (1 - share) * exp(decode))
      totals[isResident ? 0 : 1].append(total)
      let times = Times(prefill: first / 2, decode: decode / 2, tail: tail / 2, total: total / 2)
      if isResident { resident.add(times) } else { candidate.add(times) }
    }
    divergence = max(abs(totals[0][0] - totals[0][1]), abs(totals[1][0] - totals[1][1]))
  }

  /// How many times better the candidate is, as a logarithm.
  func logRatio(of metric: Metric) -> Double {
    switch metric {
    case .decodeTokensPerSecond: resident.decode - candidate.decode
    case .prefillTokensPerSecond, .firstTokenLatency: resident.prefill - candidate.prefill
    case .interTokenP95: resident.tail - candidate.tail
    default: resident.total - candidate.total
    }
  }
}
