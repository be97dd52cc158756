extension Tokenizer {
  /// The text of some tokens.
  ///
  /// Ids that name no token are left out; each maximal invalid UTF-8 sequence becomes U+FFFD.
  ///
  /// - Parameter skipSpecialTokens: Whether to leave out special tokens.
  /// - Complexity: O(*n*) in bytes.
  public func decode(_ ids: [TokenID], skipSpecialTokens: Bool = false) -> String {
    var bytes: [UInt8] = []
    for id in ids { append(id, skipSpecialTokens: skipSpecialTokens, to: &bytes) }
    return String(decoding: bytes, as: UTF8.self)
  }

  func append(_ id: TokenID, skipSpecialTokens: Bool, to bytes: inout [UInt8]) {
    if skipSpecialTokens, isSpecial(id) { return }
    if let spelling = model.tokens.bytes(of: id) { bytes += spelling }
  }
}
