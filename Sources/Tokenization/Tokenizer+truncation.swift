/// A text's tokens, as far as a model reads them.
public struct LimitedTokens: Sendable, Equatable {
  /// Special tokens included.
  public let ids: [TokenID]
  /// Tokens at the text's end that were left out.
  public let cut: Int
}

extension Tokenizer {
  /// The ids of a text's tokens with those around it, at most `limit` in all: what exceeds it is left out at the text's end.
  ///
  /// - Parameter limit: More than the special tokens around a text; they always stay.
  /// - Complexity: As ``encode(_:addSpecialTokens:)``.
  public func encode(_ text: String, upTo limit: Int) -> LimitedTokens {
    let ids = encode(text, addSpecialTokens: false)
    let room = max(0, limit - frame.prefix.count - frame.suffix.count)
    return LimitedTokens(ids: frame.prefix + ids.prefix(room) + frame.suffix, cut: max(0, ids.count - room))
  }

  /// Special tokens that go before a text and after it.
  public var specialTokenCounts: (before: Int, after: Int) { (frame.prefix.count, frame.suffix.count) }
}
