import Statistics
import Vocabulary

/// How many times better the candidate is by a metric of throughput or latency: above 1 is better, whatever the metric.
///
/// Candidate ÷ resident where more is better, resident ÷ candidate where less is.
public struct RatioEffect: Sendable, Equatable {
  /// The geometric mean over blocks.
  public let ratio: Double
  /// Decides: Student's t on the blocks' log-ratios, for the number of blocks that the plan fixed.
  public let interval: ConfidenceInterval
  /// Stands beside it: valid whenever it is read. Its ends are 0 and infinity until there is enough data.
  public let anytimeInterval: ConfidenceInterval
  /// The pairs it rests on.
  public let blocks: Int

  /// - Parameter pairs: One a block, both in the metric's unit, in the order of measurement; at least two.
  init(_ pairs: [MeasurementPair], direction: Metric.Direction, confidence: Double) throws(StatisticsError) {
    let effects = try PairedLogRatios(direction == .higher ? pairs : pairs.map(\.swapped))
    var sequence = try MeanLogRatioConfidenceSequence(alpha: 1 - confidence)
    for logRatio in effects.logRatios { try sequence.observe(logRatio) }
    ratio = effects.ratio
    interval = try effects.ratioInterval(confidence: confidence)
    anytimeInterval = sequence.interval.exponentiated
    blocks = effects.count
  }
}
