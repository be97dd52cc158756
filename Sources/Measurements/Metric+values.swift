import Foundation

extension Sample {
  /// The sample's value of a metric in the metric's unit; nil if the sample does not yield one.
  ///
  /// The one table from outcomes to values: exports, summaries and verdicts read it. A pass of a tool loop has values of
  /// its own: see ``LoopPassReading``.
  public func value(of metric: Metric) -> Double? {
    if metric == .footprint { return memory.map { Double($0.footprintBytes) } }
    return outcomeValue(of: metric)
  }

  private func outcomeValue(of metric: Metric) -> Double? {
    switch outcome {
    case .throughput(let reading): metric == .peakMemory ? Double(peakMemoryBytes) : reading.value(of: metric)
    case .answer(let answer): metric == .accuracy ? (answer.isCorrect ? 1 : 0) : nil
    case .text(let scores): metric == scores.metric ? scores.value : nil
    case .turn(let turn) where turn.isEmbedding:
      switch metric {
      case .peakMemory: Double(peakMemoryBytes)
      case .embedLatencyP50: Double(elapsedNanoseconds) * 1e-6
      case .embeddedTextsPerSecond:
        elapsedNanoseconds > 0 ? Double(turn.times.sequences) * 1e9 / Double(elapsedNanoseconds) : nil
      default: nil
      }
    case .turn(let turn):
      switch metric {
      case .peakMemory: Double(peakMemoryBytes)
      case .turnLatencyP50: Double(elapsedNanoseconds) * 1e-6
      case .turnFirstToken: turn.times.value(of: .firstTokenLatency)
      case .cachedPrefixTokens: Double(turn.times.cachedTokens)
      default: turn.judgement?.value(of: metric)
      }
    // A correlation is of many pairs.
    case .similarity, .unscored: nil
    }
  }
}

extension ThroughputReading {
  /// The reading's value of a metric in the metric's unit; nil if the reading does not define one.
  public func value(of metric: Metric) -> Double? {
    switch metric {
    case .cumulativeTokensPerSecond: cumulativeTokensPerSecond
    case .decodeTokensPerSecond: decodeTokensPerSecond
    case .prefillTokensPerSecond: prefillTokensPerSecond
    case .firstTokenLatency: firstTokenSeconds.map { $0 * 1000 }
    case .interTokenP95: interTokenP95Seconds.map { $0 * 1000 }
    default: metric.isOfSlices && !slices.isEmpty ? tail.value(of: metric) : nil
    }
  }
}

extension TextScores {
  /// The perplexity, or the mean divergence in nats per token.
  public var value: Double {
    let mean = losses.reduce(0, +) / Double(losses.count)
    return metric == .perplexity ? exp(mean) : mean
  }
}

extension TurnJudgement {
  /// 1 or 0; nil for a turn that a parser of another family read.
  fileprivate func value(of metric: Metric) -> Double? {
    guard !isOfWrongParser else { return nil }
    switch metric {
    case .validToolCallRate: return isValid ? 1 : 0
    case .answeredShare: return isAnswered ? 1 : 0
    default: return nil
    }
  }
}

extension LoadReading {
  /// Seconds; nil for metrics of other readings.
  public func value(of metric: Metric) -> Double? {
    switch metric {
    case .loadTime: loadSeconds
    case .readinessTime: readinessSeconds
    default: nil
    }
  }
}

/// The turns of one pass through a tool loop, or the requests of one round of an embedding cell.
public struct LoopPassReading: Sendable {
  /// In the order of rounds.
  public let turns: [Sample]

  public init(turns: [Sample]) { self.turns = turns }

  /// The pass's value of a metric in the metric's unit; nil if it does not define one.
  public func value(of metric: Metric) -> Double? {
    let readings = turns.compactMap(\.turn?.times)
    guard turns.allSatisfy({ $0.turn?.isEmbedding != true }) else { return embeddingValue(of: metric, readings) }
    switch metric {
    case .turnLatencyP50: return latency(percentile: 50)
    case .turnLatencyP95: return latency(percentile: 95)
    case .turnFirstToken:
      let times = readings.compactMap(\.firstTokenSeconds)
      return times.isEmpty ? nil : times.reduce(0, +) / Double(times.count) * 1000
    case .loopTokensPerSecond:
      let seconds = turns.reduce(0) { $0 + Double($1.elapsedNanoseconds) } * 1e-9
      return seconds > 0 ? Double(readings.reduce(0) { $0 + $1.decodeTokens }) / seconds : nil
    case .cachedPrefixTokens:
      return readings.isEmpty ? nil : Double(readings.reduce(0) { $0 + $1.cachedTokens }) / Double(readings.count)
    default: return nil
    }
  }

  private func embeddingValue(of metric: Metric, _ readings: [ThroughputReading]) -> Double? {
    switch metric {
    case .embedLatencyP50: return latency(percentile: 50)
    case .embedLatencyP95: return latency(percentile: 95)
    case .embeddedTextsPerSecond:
      let seconds = turns.reduce(0) { $0 + Double($1.elapsedNanoseconds) } * 1e-9
      return seconds > 0 ? Double(readings.reduce(0) { $0 + $1.sequences }) / seconds : nil
    default: return nil
    }
  }

  /// The nearest rank, in milliseconds from the request to its reply.
  private func latency(percentile: Int) -> Double? {
    turns.map(\.elapsedNanoseconds).nearestRank(percentile: percentile).map { Double($0) * 1e-6 }
  }
}

extension Array where Element: Comparable {
  /// The smallest element that at least that percentage of elements do not exceed; nil for none.
  ///
  /// - Parameter percentile: 1 to 100.
  /// - Complexity: O(*n* log *n*).
  func nearestRank(percentile: Int) -> Element? {
    isEmpty ? nil : sorted()[(count * percentile + 99) / 100 - 1]
  }
}
