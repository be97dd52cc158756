/// A sequence of tokens and the keys and values that the model computed of them.
final class CachedSequence {
  let cache: KeyValueCache
  /// The tokens that the cache holds.
  var tokens: [Int32] = []
  /// Whether some of them were computed more coarsely than a text that is scored may be.
  var isCoarse = false

  init(_ cache: KeyValueCache) { self.cache = cache }

  /// The position of the next token.
  var end: Int { tokens.count }

  /// Forgets all tokens from `count` on.
  func rewind(to count: Int) {
    tokens.removeSubrange(min(count, tokens.count)...)
    if tokens.isEmpty { isCoarse = false }
  }
}
