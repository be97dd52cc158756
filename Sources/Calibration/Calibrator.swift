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
  let fittedSamples: Int
  let seed: UInt64

  /// - Parameter comparisons: Stored comparisons of this host, to fit the noise to; with too few, it is assumed.
  public init(_ envelope: Envelope, fitting comparisons: [Evidence], seed: UInt64) {
    self.envelope = envelope
    self.seed = seed
    let isByRounds = envelope.schema == .rounds
    let fitted = isByRounds ? NoiseLevels(fittingSlices: comparisons) : NoiseLevels(fitting: comparisons)
    levels = fitted ?? .assumed
    let samples = comparisons.flatMap { $0.residentSamples + $0.candidateSamples }
    fittedSamples =
      fitted == nil ? 0 : samples.count { $0.throughput.map { $0.slices.isEmpty != isByRounds } ?? false }
  }

  /// Simulates comparisons under each noise model: without a gain, with each planted one, and of harmful candidates.
  ///
  /// - Parameters:
  ///   - simulations: Comparisons of a model with itself for each noise model, and with each harmful candidate.
  ///   - detections: Comparisons for each planted gain and noise model.
  ///   - progress: Called with the name of each noise model and harmful candidate before it is simulated.
  /// - Throws: `CancellationError`; `StatisticsError` for an envelope whose rule makes no sense.
  public func report(
    simulations: Int, detections: Int, progress: @Sendable (String) -> Void = { _ in }
  ) async throws -> CalibrationReport {
    var rows: [CalibrationReport.Row] = []
    for model in NoiseModel.simulated(by: envelope.schema) {
      progress(model.rawValue)
      rows.append(try await row(model, simulations, detections))
    }
    var harms: [CalibrationReport.Harm] = []
    for harm in HarmfulCandidate.allCases where envelope.schema == .rounds {
      guard let candidate = SimulatedCandidate(harm, in: envelope) else { continue }
      progress(harm.rawValue)
      for model in CalibrationGoals.harmfulNoise {
        let tally = try await simulator.run(simulations, candidate, model)
        harms.append(
          CalibrationReport.Harm(
            candidate: harm, model: model, promotionRate: tally.rate, promotionLimit: try tally.upperLimit(),
            comparisons: tally.comparisons, medianBlocks: tally.medianBlocks))
      }
    }
    return CalibrationReport(
      envelope: envelope, levels: levels, fittedSamples: fittedSamples, seed: seed, rows: rows, harms: harms)
  }

  private var simulator: Simulator { Simulator(envelope: envelope, levels: levels, seed: seed) }

  private func row(
    _ model: NoiseModel, _ simulations: Int, _ detections: Int
  ) async throws -> CalibrationReport.Row {
    let null = try await simulator.run(simulations, gain: 0, model)
    var found: [CalibrationReport.Detection] = []
    for gain in CalibrationGoals.gains {
      let tally = try await simulator.run(detections, gain: gain, model)
      let goal = CalibrationGoals.detections(by: envelope.schema).first { $0.gain == gain }?.share
      let isMissed = goal.map { tally.rate < $0 } ?? false
      found.append(
        CalibrationReport.Detection(
          gain: gain, rate: tally.rate, comparisons: tally.comparisons, medianBlocks: tally.medianBlocks, goal: goal,
          blocksNeeded: isMissed ? try await blocksNeeded(goal ?? 1, gain, model, detections) : nil))
    }
    let deviation = envelope.schema == .blocks ? null.variance.mean.squareRoot() : nil
    return CalibrationReport.Row(
      model: model, falsePromotionRate: null.rate, falsePromotionLimit: try null.upperLimit(),
      comparisons: null.comparisons, nullMedianBlocks: null.medianBlocks, blockDeviation: deviation,
      detections: found, fixedSampleBlocks: deviation.flatMap { fixedSampleBlocks(found, $0) })
  }

  /// How many times larger than the envelope's a plan is at most that is tried: a round takes longer to simulate.
  static func largestPlan(by schema: EnvelopeSchema) -> Int { schema == .blocks ? 16 : 4 }

  /// The smallest plan, in steps of half, that meets a goal.
  private func blocksNeeded(
    _ goal: Double, _ gain: Double, _ model: NoiseModel, _ detections: Int
  ) async throws -> Int? {
    var larger = envelope
    while larger.plan.blocks < Self.largestPlan(by: envelope.schema) * envelope.plan.blocks {
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
