import Measurements
import Vocabulary

/// One number that a sample yields.
struct Figure {
  var metric: Metric
  /// In the metric's unit.
  var value: Double
}

extension Sample {
  /// The numbers that the sample yields, in the order of `Metric`; none unless it is a success.
  var figures: [Figure] {
    Metric.allCases.compactMap { metric in value(of: metric).map { Figure(metric: metric, value: $0) } }
  }

  private func value(of metric: Metric) -> Double? {
    switch metric {
    case .cumulativeTokensPerSecond: throughput?.cumulativeTokensPerSecond
    case .decodeTokensPerSecond: throughput?.decodeTokensPerSecond
    case .prefillTokensPerSecond: throughput?.prefillTokensPerSecond
    case .firstTokenLatency: throughput?.firstTokenSeconds.map { $0 * 1000 }
    case .interTokenP95: throughput?.interTokenP95Seconds.map { $0 * 1000 }
    case .peakMemory: throughput == nil ? nil : Double(peakMemoryBytes)
    case .accuracy: answer.map { $0.isCorrect ? 1 : 0 }
    // The answer's own row says whether there is one, and flips are of two answers.
    case .answered, .flips: nil
    }
  }
}
