import Envelopes
import Foundation
import Statistics
import Verdicts
import Measurements

/// One comparison of two models whose true difference is known, block by block through the rule that decides.
struct SimulatedComparison {
  /// How it ended.
  struct Result: Sendable {
    let stop: StoppingReason
    /// Blocks measured of each cell.
    let blocks: Int
    /// The log-ratios of the first objective's scored blocks.
    let spread: RunningMoments

    /// Whether the candidate would be promoted, as far as throughput goes.
    var isPromoted: Bool { stop == .win }
  }

  let envelope: Envelope
  /// The rule before any block.
  let trial: SequentialTrial

  /// - Parameter gain: How many times faster the candidate is in everything, minus 1.
  func run(gain: Double, _ model: NoiseModel, _ levels: NoiseLevels, seed: UInt64) throws -> Result {
    var random = RandomSource(seed: seed)
    var noise = HostNoise(model, levels, &random)
    var trial = trial
    var spread = RunningMoments()
    var voids = 0
    let cells = envelope.throughput
    let plan = envelope.plan
    let gain = log1p(gain)
    let limit = log1p(plan.divergenceLimit)
    for round in 1...max(plan.blocks, 1) {
      for (index, cell) in cells.enumerated() {
        let block = SimulatedBlock(cell, &noise, levels, gain: gain, &random)
        guard block.divergence <= limit else {
          voids += 1
          continue
        }
        for track in trial.objectives.indices where trial.objectives[track].cell == cell.id {
          try trial.objectives[track].observe(block.logRatio(of: trial.objectives[track].metric))
        }
        for track in trial.guardrails.indices where trial.guardrails[track].cell == cell.id {
          try trial.guardrails[track].observe(block.logRatio(of: trial.guardrails[track].metric))
        }
        if index == 0 { spread.observe(block.logRatio(of: .cumulativeTokensPerSecond)) }
      }
      if let stop = trial.stop(afterBlocks: round) {
        let isNoisy = Double(voids) > plan.voidLimit * Double(round * cells.count)
        return Result(stop: isNoisy && stop == .win ? .planLimit : stop, blocks: round, spread: spread)
      }
    }
    return Result(stop: .planLimit, blocks: plan.blocks, spread: spread)
  }
}
