import Envelopes
import Foundation
import Statistics
import Verdicts

/// Many simulated comparisons of one kind, on all processors.
struct Simulator: Sendable {
  let envelope: Envelope
  let levels: NoiseLevels
  let seed: UInt64

  /// The outcomes of many comparisons.
  struct Tally: Sendable {
    var promoted = 0
    var comparisons = 0
    /// How many comparisons ended after each number of blocks or rounds, which is the index.
    var endings: [Int]
    /// The variances of the comparisons' log-ratios.
    var variance = RunningMoments()

    var rate: Double { Double(promoted) / Double(max(comparisons, 1)) }

    /// The exact upper limit of the rate, at 95 % confidence.
    func upperLimit() throws(StatisticsError) -> Double {
      try ClopperPearson(successes: promoted, trials: max(comparisons, 1)).upperLimit(confidence: 0.95)
    }

    /// The number of blocks or rounds by which half of the comparisons had ended.
    var medianBlocks: Int {
      var ended = 0
      for (blocks, count) in endings.enumerated() {
        ended += count
        if 2 * ended >= comparisons { return blocks }
      }
      return 0
    }

    mutating func add(_ result: SimulatedResult) {
      comparisons += 1
      if result.isPromoted { promoted += 1 }
      endings[min(result.blocks, endings.count - 1)] += 1
      if let value = result.spread.variance { variance.observe(value) }
    }

    mutating func add(_ other: Tally) {
      promoted += other.promoted
      comparisons += other.comparisons
      for index in endings.indices { endings[index] += other.endings[index] }
      // Only the mean is read, so one mean per chunk is enough.
      if other.variance.count > 0 { variance.observe(other.variance.mean) }
    }
  }

  /// Runs `count` comparisons of the resident with a candidate that is faster by `gain` in everything.
  ///
  /// - Throws: As ``run(_:_:_:)``.
  func run(_ count: Int, gain: Double, _ model: NoiseModel) async throws -> Tally {
    try await run(count, SimulatedCandidate(gain: gain, in: envelope), model)
  }

  /// Runs `count` comparisons of the resident with a candidate. The result does not depend on the number of processors,
  /// since each comparison has its own seed.
  ///
  /// - Throws: `CancellationError`; `StatisticsError` for an envelope whose rule makes no sense.
  func run(_ count: Int, _ candidate: SimulatedCandidate, _ model: NoiseModel) async throws -> Tally {
    let simulate = try simulation(of: candidate, model)
    let empty = Tally(endings: Array(repeating: 0, count: envelope.plan.blocks + 1))
    let chunk = 250
    let base = seed &+ candidate.stream &+ UInt64(NoiseModel.allCases.firstIndex(of: model) ?? 0) << 56
    return try await withThrowingTaskGroup(of: (Int, Tally).self) { group in
      for start in stride(from: 0, to: count, by: chunk) {
        group.addTask {
          var tally = empty
          for index in start..<min(start + chunk, count) {
            try Task.checkCancellation()
            tally.add(try simulate(base &+ UInt64(index) &* 0xD134_2543_DE82_EF95))
          }
          return (start, tally)
        }
      }
      var chunks: [(Int, Tally)] = []
      for try await part in group { chunks.append(part) }
      return chunks.sorted { $0.0 < $1.0 }.reduce(into: empty) { $0.add($1.1) }
    }
  }

  /// One comparison by its seed.
  private func simulation(
    of candidate: SimulatedCandidate, _ model: NoiseModel
  ) throws -> @Sendable (UInt64) throws -> SimulatedResult {
    let trial = try SequentialTrial(envelope, challenge: 1)
    let levels = levels
    switch envelope.plan.unit {
    case .blocks(let divergenceLimit):
      let comparison = SimulatedBlocks(envelope: envelope, divergenceLimit: divergenceLimit, trial: trial)
      return { try comparison.run(candidate, model, levels, seed: $0) }
    case .rounds(let slice):
      let comparison = SimulatedRounds(envelope, slice, trial)
      return { try comparison.run(candidate, model, levels, seed: $0) }
    }
  }
}
