import Foundation
import Measurements

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
    case .peakMemory: throughput == nil && turn == nil ? nil : Double(peakMemoryBytes)
    case .accuracy: answer.flatMap { $0.isOfText ? nil : $0.isCorrect ? 1 : 0 }
    case .perplexity: answer?.logProbabilities.map { exp(-$0.reduce(0, +) / Double($0.count)) }
    case .divergence: answer?.divergences.map { $0.reduce(0, +) / Double($0.count) }
    case .validToolCallRate: turn?.judgement.flatMap { $0.isOfWrongParser ? nil : $0.isValid ? 1 : 0 }
    case .answeredShare: turn?.judgement.flatMap { $0.isOfWrongParser ? nil : $0.isAnswered ? 1 : 0 }
    case .turnFirstToken: turn?.times.firstTokenSeconds.map { $0 * 1000 }
    case .turnLatencyP50: turn.map { _ in Double(elapsedNanoseconds) * 1e-6 }
    case .cachedPrefixTokens: turn.map { Double($0.times.cachedTokens) }
    // Properties of two answers, or of a whole loop.
    case .flips, .turnLatencyP95, .loopTokensPerSecond, .firstDegradedRound: nil
    }
  }
}
