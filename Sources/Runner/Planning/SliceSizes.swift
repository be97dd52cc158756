import Envelopes
import Measurements

/// How many tokens a slice has, of each sequence: the same for both models, so that their slices are pairs.
struct SliceSizes: Sendable, Equatable {
  let prefill: Int
  let decode: Int

  /// More than any slice can have.
  private static let limit = 1 << 20

  /// As many tokens as take the slower model the slice's seconds, at least one; of decoding, those of the warm-up before
  /// them.
  ///
  /// A model processes its prompt in chunks, which a slice does not cut: its prompt tokens are a multiple of the chunk.
  ///
  /// - Parameters:
  ///   - readings: Of whole requests of both models.
  ///   - chunk: The larger of both models' chunks of a prompt, in tokens.
  init(_ slice: SliceLength, readings: [ThroughputReading], chunk: Int) {
    let promptTokens = Self.tokens(in: slice.seconds, readings.compactMap(\.secondsPerPromptToken), .down)
    prefill = max(promptTokens / chunk, 1) * chunk
    let paces = readings.compactMap(\.secondsPerToken)
    decode =
      max(Self.tokens(in: slice.seconds, paces, .toNearestOrAwayFromZero), 1)
      + slice.warmUpTokens(secondsPerToken: paces)
  }

  private static func tokens(in seconds: Double, _ paces: [Double], _ rule: FloatingPointRoundingRule) -> Int {
    guard let slowest = paces.max(), slowest > 0 else { return limit }
    return Int(min(seconds / slowest, Double(limit)).rounded(rule))
  }
}

extension ThroughputReading {
  /// Nil if all of the prompt was cached.
  fileprivate var secondsPerPromptToken: Double? {
    promptTokens > cachedTokens ? firstTokenSeconds.map { $0 / Double(promptTokens - cachedTokens) } : nil
  }
}
