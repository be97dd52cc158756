import Envelopes
import Measurements
import Statistics
import Verdicts

/// A comparison by rounds of two models whose true difference is known, through the rule that decides.
struct SimulatedRounds: Sendable {
  private let cells: [SlicedCell]
  private let rounds: Int
  /// The rule before any round.
  private let trial: SequentialTrial

  init(_ envelope: Envelope, _ slice: SliceLength, _ trial: SequentialTrial) {
    cells = envelope.throughput.map { SlicedCell($0, slice) }
    rounds = max(envelope.plan.blocks, 1)
    self.trial = trial
  }

  /// - Throws: `StatisticsError` for readings without a log-ratio.
  func run(
    _ candidate: SimulatedCandidate, _ model: NoiseModel, _ levels: NoiseLevels, seed: UInt64
  ) throws(StatisticsError) -> SimulatedResult {
    var random = RandomSource(seed: seed)
    var noise = SliceNoise(model, levels, &random)
    var trial = trial
    var readings: [CellID: RoundReadings] = [:]
    for round in 1...rounds {
      noise.load(&random)
      for (index, cell) in cells.enumerated() {
        readings[cell.id] = cell.measure(candidate.paces[index], &noise, &random)
      }
      try trial.observe(readings)
      if let stop = trial.stop(afterBlocks: round) { return SimulatedResult(stop: stop, blocks: round) }
    }
    return SimulatedResult(stop: .planLimit, blocks: rounds)
  }
}
