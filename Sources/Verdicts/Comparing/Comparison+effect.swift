import Statistics
import Measurements

extension Comparison {
  /// The effect that the evidence gives, complete or not; nil where it gives none.
  func effect(_ metric: Metric, _ cell: CellID?, confidence: Double) throws(StatisticsError) -> Effect? {
    guard let cell else {
      let (resident, candidate) = (peakMemoryBytes(of: .resident), peakMemoryBytes(of: .candidate))
      guard resident > 0, candidate > 0 else { return nil }
      return .peakMemory(PeakMemoryRatio(residentBytes: resident, candidateBytes: candidate))
    }
    if metric == .firstDegradedRound {
      return try turns[cell]?.degraded(confidence: confidence).map { .degradedRounds($0) }
    }
    if let turns = turns[cell] {
      let items = turns.pairs(metric)
      guard !items.isEmpty else { return nil }
      return .accuracy(try AccuracyEffect(items, confidence: confidence, counting: \.isCorrect))
    }
    if metric.isOfBlocks {
      let pairs = pairs(of: metric, cell)
      guard pairs.count >= 2 else { return nil }
      return .ratio(try RatioEffect(pairs, direction: metric.direction, confidence: confidence))
    }
    guard let items = answers[cell]?.pairs, !items.isEmpty else { return nil }
    return switch metric {
    case .perplexity, .divergence: try TextEffect(items, metric, confidence: confidence).map { .text($0) }
    case .flips: .flips(try FlipShare(items, confidence: confidence))
    case .answeredShare: .accuracy(try AccuracyEffect(items, confidence: confidence) { !$0.answer.isEmpty })
    default: .accuracy(try AccuracyEffect(items, confidence: confidence, counting: \.isCorrect))
    }
  }
}
