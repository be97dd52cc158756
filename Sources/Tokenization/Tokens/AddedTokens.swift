/// The added tokens of a tokenizer, ready to be found in text.
struct AddedTokens: Sendable {
  /// Finds those that stand in text as it was given.
  let verbatim: AddedTokenMatcher
  /// Finds those that stand in normalized text.
  let normalized: AddedTokenMatcher
  let specialIDs: Set<TokenID>
  private let ids: [[UInt8]: TokenID]

  /// - Throws: `.field` where two normalized tokens are the same after normalization.
  init(_ tokens: [AddedToken], normalizer: Normalizer) throws(TokenizerProblem) {
    verbatim = try AddedTokenMatcher(tokens.filter { !$0.isNormalized }.map { ($0.content, $0) })
    normalized = try AddedTokenMatcher(
      tokens.filter(\.isNormalized).map { (normalizer.normalized($0.content), $0) })
    specialIDs = Set(tokens.filter(\.isSpecial).map(\.id))
    ids = Dictionary(tokens.map { ($0.content, $0.id) }) { first, _ in first }
  }

  func id(of content: [UInt8]) -> TokenID? { ids[content] }
}
