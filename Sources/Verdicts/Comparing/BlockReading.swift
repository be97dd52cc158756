import Measurements

/// What one repetition of a block gave.
protocol BlockReading: Sendable {
  /// The value in the metric's unit; nil where the reading doesn't define one above zero, which a ratio needs.
  func value(of metric: Metric) -> Double?
  /// By how much repetitions may differ is a matter of this metric.
  static var pace: Metric { get }
}

extension ThroughputReading: BlockReading {
  static var pace: Metric { .cumulativeTokensPerSecond }
}

/// The turns of one pass through a tool loop.
struct LoopReading: BlockReading {
  static var pace: Metric { .loopTokensPerSecond }

  /// In the order of rounds.
  let turns: [Sample]

  func value(of metric: Metric) -> Double? {
    let readings = turns.compactMap(\.turn?.times)
    let value: Double?
    switch metric {
    case .turnLatencyP50: value = latency(percentile: 50)
    case .turnLatencyP95: value = latency(percentile: 95)
    case .turnFirstToken:
      let times = readings.compactMap(\.firstTokenSeconds)
      value = times.isEmpty ? nil : times.reduce(0, +) / Double(times.count) * 1000
    case .loopTokensPerSecond:
      let seconds = turns.reduce(0) { $0 + Double($1.elapsedNanoseconds) } * 1e-9
      value = seconds > 0 ? Double(readings.reduce(0) { $0 + $1.decodeTokens }) / seconds : nil
    case .cachedPrefixTokens:
      value = readings.isEmpty ? nil : Double(readings.reduce(0) { $0 + $1.cachedTokens }) / Double(readings.count)
    default: value = nil
    }
    return value.flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
  }

  /// The nearest rank, in milliseconds from the request to its answer.
  private func latency(percentile: Int) -> Double? {
    let times = turns.map(\.elapsedNanoseconds).sorted()
    guard !times.isEmpty else { return nil }
    return Double(times[(times.count * percentile + 99) / 100 - 1]) * 1e-6
  }
}
