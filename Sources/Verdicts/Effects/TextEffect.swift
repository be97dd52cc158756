import Measurements
import Statistics

/// How much worse the candidate foresees a text, or how much farther it is from the reference: in nats per token, paired
/// by token.
public struct TextEffect: Sendable, Equatable {
  /// Candidate minus resident: above zero is worse.
  public let difference: Double
  /// Student's t on the means of blocks of consecutive tokens.
  public let interval: ConfidenceInterval
  public let residentMean: Double
  public let candidateMean: Double
  public let tokens: Int

  /// Nil if the sides' scores are not of the same tokens and reference, or of another metric, or too few.
  init?(
    _ texts: [(resident: TextScores, candidate: TextScores)], _ metric: Metric, _ level: DecisionLevel
  ) throws(StatisticsError) {
    var (residents, candidates): ([Double], [Double]) = ([], [])
    for (resident, candidate) in texts {
      guard resident.isComparable(to: candidate, by: metric) else { return nil }
      residents += resident.losses
      candidates += candidate.losses
    }
    let paired = BlockMean(zip(candidates, residents).map { $0 - $1 })
    guard paired.blocks >= 2 else { return nil }
    difference = paired.mean
    interval = try paired.interval(confidence: level.confidence)
    residentMean = BlockMean(residents).mean
    candidateMean = BlockMean(candidates).mean
    tokens = residents.count
  }
}

extension TextScores {
  /// Whether both are scores that the metric compares: of its quantity, and of the same tokens and reference.
  func isComparable(to other: TextScores, by metric: Metric) -> Bool {
    self.metric == metric && isComparable(to: other)
  }
}
