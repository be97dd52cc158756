import Foundation
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
    case .accuracy: answer.flatMap { $0.isOfText ? nil : $0.isCorrect ? 1 : 0 }
    case .perplexity: answer?.logProbabilities.map { exp(-$0.reduce(0, +) / Double($0.count)) }
    case .divergence: answer?.divergences.map { $0.reduce(0, +) / Double($0.count) }
    // A property of two answers.
    case .flips: nil
    }
  }
}
