/// A byte-level BPE model: its tokens, its merges, and how a word starts out.
struct BytePairModel: Sendable {
  var tokens: TokenTable
  let merges: MergeTable
  /// By byte; -1 where the vocabulary has no token for the byte alone.
  let byteTokens: [TokenID]
  /// What stands for a byte without a token of its own; without it, such bytes are dropped.
  let unknown: TokenID?
  /// Whether neighbouring unknown bytes become one token.
  let fusesUnknown: Bool
  /// Whether a word that is a token is taken whole, without merging.
  let ignoresMerges: Bool
}
