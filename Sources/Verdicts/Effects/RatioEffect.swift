import Measurements
import Statistics

/// How many times better the candidate is by a metric of throughput or latency: above 1 is better, whatever the metric.
///
/// Candidate ÷ resident where more is better, resident ÷ candidate where less is.
public struct RatioEffect: Sendable, Equatable {
  /// The mean over blocks.
  public let ratio: Double
  /// Decides, at `level`: it covers the effect at every number of blocks together, so a comparison may stop on it. Its
  /// ends are 0 and infinity until there is enough data. Both are moved outwards by `loadMargin`.
  public let interval: ConfidenceInterval
  /// Stands beside it: Student's t on the blocks' scores, right only for a number of blocks fixed in advance, and without a
  /// margin.
  public let fixedSampleInterval: ConfidenceInterval
  /// The pairs it rests on.
  public let blocks: Int
  /// The standard deviation of a block's score: by the geometric mean, of its log-ratio.
  public let deviation: Double
  let mean: RatioMean
  public let level: DecisionLevel
  /// What the ratio may owe to loads that were not drawn anew, relative; 0 if they were: see ``LoadMargin``.
  public let loadMargin: Double

  /// - Parameter pairs: One per block, both in the metric's unit, in the order of measurement; at least two.
  init(
    _ pairs: [MeasurementPair], direction: Metric.Direction, _ level: DecisionLevel, by mean: RatioMean = .geometric,
    loadMargin: Double = 0
  ) throws(StatisticsError) {
    let effects = try PairedLogRatios(direction == .higher ? pairs : pairs.map(\.swapped))
    var sequence = try MeanLogRatioConfidenceSequence(level)
    var moments = RunningMoments()
    for logRatio in effects.logRatios {
      let score = mean.score(ofLogRatio: logRatio)
      try sequence.observe(score)
      moments.observe(score)
    }
    ratio = mean.ratio(ofScore: moments.mean)
    interval = mean.ratios(sequence.interval(level.sides)).widened(by: loadMargin)
    fixedSampleInterval = mean.ratios(try moments.meanInterval(confidence: level.confidence))
    blocks = effects.count
    deviation = moments.standardDeviation ?? 0
    self.mean = mean
    self.level = level
    self.loadMargin = loadMargin
  }
}

extension RatioEffect {
  /// What a pair is of: a decision on one end is made by rounds.
  var noun: String { level.sides == .one ? "round" : "block" }
}

extension MeasurementPair {
  /// How many times better the candidate was, as a logarithm: above zero is better, whatever the metric.
  func betterLogRatio(_ direction: Metric.Direction) -> Double { (direction == .higher ? self : swapped).logRatio }
}
