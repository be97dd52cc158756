/// The times of one prompt and its continuation of fixed length, by the worker's monotonic clock; or of several such
/// sequences at once, as so many clients would ask for them.
public struct ThroughputReading: Sendable, Equatable {
  /// Of each sequence, as are all counts of tokens here.
  public var promptTokens: Int
  /// Prompt tokens that were in the cache already.
  public var cachedTokens: Int
  /// Nanoseconds from the start of the request to when every sequence had that many tokens, ascending; the first ends the
  /// prefill.
  public var tokenNanoseconds: [Int64]
  /// Sequences at once.
  public var sequences: Int
  /// The pieces of a request that took turns with the other model's, whose time is not part of any figure here; empty for
  /// a request that was made whole.
  public var slices: [Slice]

  public init(
    promptTokens: Int, cachedTokens: Int, tokenNanoseconds: [Int64], sequences: Int = 1, slices: [Slice] = []
  ) {
    self.promptTokens = promptTokens
    self.cachedTokens = cachedTokens
    self.tokenNanoseconds = tokenNanoseconds
    self.sequences = sequences
    self.slices = slices
  }

  public var decodeTokens: Int { tokenNanoseconds.count }

  /// Seconds to the first token, of the sequence that waits for it the longest.
  public var firstTokenSeconds: Double? { tokenNanoseconds.first.map { Double($0) * 1e-9 } }

  /// Seconds to the last token.
  public var totalSeconds: Double? { tokenNanoseconds.last.map { Double($0) * 1e-9 } }

  /// The headline: (prompt + completion tokens of all sequences) ÷ wall-clock seconds.
  public var cumulativeTokensPerSecond: Double? { rate(promptTokens + decodeTokens, totalSeconds) }

  /// Prompt tokens of all sequences that were processed ÷ seconds to the first token.
  public var prefillTokensPerSecond: Double? { rate(promptTokens - cachedTokens, firstTokenSeconds) }

  /// Tokens of all sequences after the first ÷ seconds after the first.
  public var decodeTokensPerSecond: Double? {
    guard let first = tokenNanoseconds.first, let last = tokenNanoseconds.last else { return nil }
    return rate(decodeTokens - 1, Double(last - first) * 1e-9)
  }

  /// Seconds of a token of each sequence after the first; nil if there is none.
  public var secondsPerToken: Double? {
    guard decodeTokens > 1, let first = firstTokenSeconds, let last = totalSeconds else { return nil }
    return (last - first) / Double(decodeTokens - 1)
  }

  /// The 95th percentile (nearest rank) of the seconds between two tokens.
  public var interTokenP95Seconds: Double? {
    zip(tokenNanoseconds.dropFirst(), tokenNanoseconds).map { $0 - $1 }.nearestRank(percentile: 95)
      .map { Double($0) * 1e-9 }
  }

  private func rate(_ tokens: Int, _ seconds: Double?) -> Double? {
    guard let seconds, seconds > 0, tokens > 0 else { return nil }
    return Double(sequences) * Double(tokens) / seconds
  }
}
