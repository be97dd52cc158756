/// The slow end of a request's token times: what a mean or a median hides.
///
/// Only requests in slices have these metrics: the other model's slices stand beside them in time, so that a tail which the
/// machine made is in both.
struct TokenTail {
  let reading: ThroughputReading

  /// In the metric's unit; nil for other metrics, and where there are no two tokens.
  func value(of metric: Metric) -> Double? {
    switch metric {
    case .totalTime: Double(reading.slices.reduce(0) { $0 + $1.nanoseconds }) * 1e-6
    case .interTokenP99: gaps.nearestRank(percentile: 99).map { Double($0) * 1e-6 }
    case .steadyTokenShare: steadyShare
    case .worstSecond: worstSecond
    default: nil
    }
  }

  /// Nanoseconds between two tokens.
  private var gaps: [Int64] { zip(reading.tokenNanoseconds.dropFirst(), reading.tokenNanoseconds).map { $0 - $1 } }

  /// The share of tokens that took at most twice the median time.
  private var steadyShare: Double? {
    let gaps = gaps
    guard let median = gaps.nearestRank(percentile: 50) else { return nil }
    return Double(gaps.count { $0 <= 2 * median }) / Double(gaps.count)
  }

  /// Tokens per second in the slowest second of decoding, or in all of it if it is shorter.
  ///
  /// - Complexity: O(*n*) in tokens.
  private var worstSecond: Double? {
    let times = reading.tokenNanoseconds
    guard times.count > 1, let first = times.first, let last = times.last, last > first else { return nil }
    let second: Int64 = 1_000_000_000
    var worst = Double(times.count - 1) / Double(last - first)
    var start = 0
    for end in times.indices {
      // The shortest span of at least a second that ends here.
      while start + 1 < end, times[end] - times[start + 1] >= second { start += 1 }
      guard end > start, times[end] - times[start] >= second else { continue }
      worst = min(worst, Double(end - start) / Double(times[end] - times[start]))
    }
    return worst * Double(second) * Double(reading.sequences)
  }
}

extension ThroughputReading {
  var tail: TokenTail { TokenTail(reading: self) }
}
