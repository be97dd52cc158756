import Statistics
import Vocabulary

extension Comparison {
  /// The effect that the evidence gives, complete or not; nil where it gives none.
  func effect(_ metric: Metric, _ cell: CellID?) throws(StatisticsError) -> Effect? {
    let confidence = envelope.promotion.confidence
    guard let cell else {
      let (resident, candidate) = (peakMemoryBytes(of: .resident), peakMemoryBytes(of: .candidate))
      guard resident > 0, candidate > 0 else { return nil }
      return .peakMemory(PeakMemoryRatio(residentBytes: resident, candidateBytes: candidate))
    }
    if metric.isOfThroughput {
      let pairs = scoredBlocks(of: cell).compactMap { $0.pair(of: metric) }
      guard pairs.count >= 2 else { return nil }
      return .ratio(try RatioEffect(pairs, direction: metric.direction, confidence: confidence))
    }
    guard let items = answers[cell]?.pairs, !items.isEmpty else { return nil }
    if metric.comparison == .nats {
      return try TextEffect(items, metric, confidence: confidence).map { .text($0) }
    }
    return metric == .flips
      ? .flips(try FlipShare(items, confidence: confidence))
      : .accuracy(try AccuracyEffect(items, confidence: confidence))
  }
}
