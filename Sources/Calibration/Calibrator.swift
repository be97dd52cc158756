import Envelopes
import Foundation
import Measurements
import Statistics
import Verdicts

/// Puts an envelope's plan to the test: simulated comparisons through the rule that decides real ones.
///
/// Only throughput is simulated: accuracy tasks and peak memory count as passed, and objectives on answers as not won.
public struct Calibrator: Sendable {
  let envelope: Envelope
  let levels: NoiseLevels
  let fittedRepetitions: Int
  let seed: UInt64

  /// - Parameter comparisons: Stored comparisons of this host, to fit the noise to; with too few, it is assumed.
  public init(_ envelope: Envelope, fitting comparisons: [Evidence], seed: UInt64) {
    self.envelope = envelope
    self.seed = seed
    let fitted = NoiseLevels(fitting: comparisons)
    levels = fitted ?? .assumed
    fittedRepetitions =
      fitted == nil
      ? 0
      : comparisons.reduce(0) { sum, evidence in
        sum + Side.allCases.reduce(0) { $0 + evidence.samples(of: $1).count { $0.throughput != nil } }
      }
  }

  /// Simulates comparisons under each noise model, without a gain and with each planted one.
  ///
  /// - Parameters:
  ///   - simulations: Comparisons of a model with itself, for each noise model.
  ///   - detections: Comparisons for each planted gain and noise model.
  ///   - progress: Called before each noise model.
  /// - Throws: `CancellationError`; `StatisticsError` for an envelope whose rule makes no sense.
  public func report(
    simulations: Int, detections: Int, progress: @Sendable (NoiseModel) -> Void = { _ in }
  ) async throws -> CalibrationReport {
    var rows: [CalibrationReport.Row] = []
    for model in NoiseModel.allCases {
      progress(model)
      rows.append(try await row(model, simulations, detections))
    }
    return CalibrationReport(
      envelope: envelope, levels: levels, fittedRepetitions: fittedRepetitions, seed: seed, rows: rows)
  }

  private func row(
    _ model: NoiseModel, _ simulations: Int, _ detections: Int
  ) async throws -> CalibrationReport.Row {
    let simulator = Simulator(envelope: envelope, levels: levels, seed: seed)
    let null = try await simulator.run(simulations, gain: 0, model)
    var found: [CalibrationReport.Detection] = []
    for gain in CalibrationGoals.gains {
      let tally = try await simulator.run(detections, gain: gain, model)
      let goal = CalibrationGoals.detections.first { $0.gain == gain }?.share
      let isMissed = goal.map { tally.rate < $0 } ?? false
      found.append(
        CalibrationReport.Detection(
          gain: gain, rate: tally.rate, comparisons: tally.comparisons, medianBlocks: tally.medianBlocks, goal: goal,
          blocksNeeded: isMissed ? try await blocksNeeded(goal ?? 1, gain, model, detections) : nil))
    }
    let deviation = null.variance.mean.squareRoot()
    let limit = try ClopperPearson(successes: null.promoted, trials: max(null.comparisons, 1))
    return CalibrationReport.Row(
      model: model, falsePromotionRate: null.rate, falsePromotionLimit: try limit.upperLimit(confidence: 0.95),
      comparisons: null.comparisons, nullMedianBlocks: null.medianBlocks, blockDeviation: deviation,
      detections: found, fixedSampleBlocks: fixedSampleBlocks(found, deviation))
  }

  /// The smallest plan, in steps of half, that meets a goal.
  private func blocksNeeded(
    _ goal: Double, _ gain: Double, _ model: NoiseModel, _ detections: Int
  ) async throws -> Int? {
    var larger = envelope
    while larger.plan.blocks < 16 * envelope.plan.blocks {
      larger.plan.blocks += (larger.plan.blocks + 1) / 2
      let simulator = Simulator(envelope: larger, levels: levels, seed: seed)
      if try await simulator.run(min(detections, 1000), gain: gain, model).rate >= goal { return larger.plan.blocks }
    }
    return nil
  }

  /// For the first objective on throughput; the power is kept below 1, which no number of blocks reaches.
  private func fixedSampleBlocks(_ found: [CalibrationReport.Detection], _ deviation: Double) -> Int? {
    guard let objective = envelope.promotion.objectives.first(where: { $0.metric.isOfThroughput }),
      let reference = found.first(where: { $0.gain == CalibrationGoals.referenceGain }), deviation > 0
    else { return nil }
    let level = AlphaBudget.level(of: 1, in: envelope.promotion)
    return try? SampleSize.pairedLogRatios(
      meanLogRatio: log1p(reference.gain) - log1p(objective.minimumEffect), standardDeviation: deviation,
      power: min(max(reference.rate, 0.5), 0.999), alpha: level)
  }
}
