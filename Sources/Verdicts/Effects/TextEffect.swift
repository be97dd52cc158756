import Measurements
import Statistics

/// How much worse the candidate foresees a text, or how much farther it is from the reference: in nats a token, paired
/// by token.
public struct TextEffect: Sendable, Equatable {
  /// Candidate minus resident: above zero is worse.
  public let difference: Double
  /// Student's t on the means of blocks of consecutive tokens.
  public let interval: ConfidenceInterval
  public let residentMean: Double
  public let candidateMean: Double
  public let tokens: Int

  /// Nil where the sides' readings are not of the same tokens and reference.
  init?(_ items: [PairedItem], _ metric: Metric, confidence: Double) throws(StatisticsError) {
    var (residents, candidates): ([Double], [Double]) = ([], [])
    for item in items {
      guard item.resident.answer == item.candidate.answer, let resident = item.resident.losses(metric),
        let candidate = item.candidate.losses(metric), resident.count == candidate.count
      else { return nil }
      residents += resident
      candidates += candidate
    }
    let paired = BlockMean(zip(candidates, residents).map { $0 - $1 })
    guard paired.blocks >= 2 else { return nil }
    difference = paired.mean
    interval = try paired.interval(confidence: confidence)
    residentMean = BlockMean(residents).mean
    candidateMean = BlockMean(candidates).mean
    tokens = residents.count
  }
}

extension AnswerReading {
  /// A text's nats by token: negative log-probabilities or divergences; nil where this is a reading of something else.
  func losses(_ metric: Metric) -> [Double]? {
    switch metric {
    case .perplexity: logProbabilities?.map { -$0 }
    case .divergence: divergences
    default: nil
    }
  }
}
