import Measurements

extension ThroughputReading {
  /// The metrics that one reading yields.
  static let metrics = Metric.allCases.filter(\.isOfThroughput)

  /// The value in the metric's unit; nil where the reading doesn't define one above zero, which a ratio needs.
  func value(of metric: Metric) -> Double? {
    let value: Double? =
      switch metric {
      case .cumulativeTokensPerSecond: cumulativeTokensPerSecond
      case .decodeTokensPerSecond: decodeTokensPerSecond
      case .prefillTokensPerSecond: prefillTokensPerSecond
      case .firstTokenLatency: firstTokenSeconds.map { $0 * 1000 }
      case .interTokenP95: interTokenP95Seconds.map { $0 * 1000 }
      default: nil
      }
    return value.flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
  }

  /// Whether counts and times are such that rates can be computed without overflow.
  var isPossible: Bool {
    let countLimit = 1 << 48
    return (0...countLimit).contains(promptTokens) && (0...promptTokens).contains(cachedTokens)
      && (1...1 << 12).contains(sequences) && tokenNanoseconds.first ?? 0 >= 0
      && zip(tokenNanoseconds, tokenNanoseconds.dropFirst()).allSatisfy { $0 <= $1 }
  }
}
