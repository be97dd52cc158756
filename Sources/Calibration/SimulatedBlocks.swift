import Envelopes
import Foundation
import Measurements
import Statistics
import Verdicts

/// How a simulated comparison ended.
struct SimulatedResult: Sendable {
  let stop: StoppingReason
  /// Blocks measured of each cell, or rounds.
  let blocks: Int
  /// The log-ratios of the first cell's scored blocks; by rounds, none.
  var spread = RunningMoments()

  /// Whether the candidate would be promoted, as far as throughput goes.
  var isPromoted: Bool { stop == .win }
}

/// A comparison by blocks of two models whose true difference is known, through the rule that decides.
struct SimulatedBlocks: Sendable {
  let envelope: Envelope
  /// The largest difference of a model's two repetitions, relative to the slower.
  let divergenceLimit: Double
  /// The rule before any block.
  let trial: SequentialTrial

  /// - Parameter candidate: One that does not stall.
  /// - Throws: `StatisticsError` for blocks without a log-ratio.
  func run(
    _ candidate: SimulatedCandidate, _ model: NoiseModel, _ levels: NoiseLevels, seed: UInt64
  ) throws(StatisticsError) -> SimulatedResult {
    var random = RandomSource(seed: seed)
    var noise = HostNoise(model, levels, scatter: levels.repetition, &random)
    var trial = trial
    var spread = RunningMoments()
    var voids = 0
    let cells = envelope.throughput
    let plan = envelope.plan
    let limit = log1p(divergenceLimit)
    for round in 1...max(plan.blocks, 1) {
      for (index, cell) in cells.enumerated() {
        let block = SimulatedBlock(cell, &noise, levels, gain: -candidate.paces[index].logTime, &random)
        guard block.divergence <= limit else {
          voids += 1
          continue
        }
        for track in trial.objectives.indices where trial.objectives[track].cells.first?.cell == cell.id {
          try trial.objectives[track].observe(block.logRatio(of: trial.objectives[track].metric))
        }
        for track in trial.guardrails.indices where trial.guardrails[track].cells.first?.cell == cell.id {
          try trial.guardrails[track].observe(block.logRatio(of: trial.guardrails[track].metric))
        }
        if index == 0 { spread.observe(block.logRatio(of: .cumulativeTokensPerSecond)) }
      }
      if let stop = trial.stop(afterBlocks: round) {
        let isNoisy = Double(voids) > plan.voidLimit * Double(round * cells.count)
        return SimulatedResult(stop: isNoisy && stop == .win ? .planLimit : stop, blocks: round, spread: spread)
      }
    }
    return SimulatedResult(stop: .planLimit, blocks: plan.blocks, spread: spread)
  }
}

/// Four repetitions of one cell in the order ABBA or BAAB, as logarithms of times.
private struct SimulatedBlock {
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

  /// Roughly how many prompt tokens take the time of one decoded token.
  private static let prefillSpeed = 8.0
  /// The scatter of prefill and of decoding beside the host's, relative to that of a repetition.
  private static let ownScatter = 0.5
  /// The same of the tail of inter-token latencies, beside that of decoding.
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
