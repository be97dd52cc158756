/// A BPE model: how a word starts out, and its merges.
struct BytePairModel: Sendable {
  /// What merging begins with.
  enum Alphabet: Sendable {
    /// Bytes: the token of each, -1 if the vocabulary has none.
    case bytes([TokenID])
    /// Characters; one that is not a token becomes the tokens of its bytes, if there are such for all of them.
    case characters(byteTokens: [TokenID]?)
  }

  let merges: MergeTable
  let alphabet: Alphabet
  /// What stands for a byte or a character that has no token; without it, such are dropped.
  let unknown: TokenID?
  /// Whether neighbouring unknown bytes or characters become one token.
  let fusesUnknown: Bool
  /// Whether a word that is a token is taken whole, without merging.
  let ignoresMerges: Bool
}
