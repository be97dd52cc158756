extension Tokenizer {
  /// Puts a tokenizer together from what its file says.
  init(_ file: TokenizerFile) throws(TokenizerProblem) {
    var model = file.model
    let normalizer = try Normalizer.read(file.parts["normalizer"])
    let added = try AddedToken.read(file.parts["added_tokens"], tokens: model.tokens)
    for token in added {
      // Decoding takes an added token for byte-level text, as it does any other, where every character allows that.
      let spelling = token.isNormalized ? normalizer.normalized(token.content) : token.content
      model.tokens.setBytes(ByteAlphabet.bytes(spelledBy: spelling) ?? spelling, of: token.id)
    }
    self.init(
      model: model, addedTokens: try AddedTokens(added, normalizer: normalizer), normalizer: normalizer,
      preTokenizer: try PreTokenizer.read(file.parts["pre_tokenizer"]),
      frame: try SpecialTokenFrame.read(file.parts["post_processor"], tokens: model.tokens))
  }

  /// Takes over what the configuration names.
  ///
  /// - Throws: `.field` for a token that the tokenizer does not have.
  mutating func apply(_ config: TokenizerConfig) throws(TokenizerProblem) {
    beginOfSequence = try id(of: config.beginOfSequence, field: "bos_token")
    endOfSequence = try id(of: config.endOfSequence, field: "eos_token")
    chatTemplateSource = config.chatTemplate
  }

  private func id(of text: String?, field: String) throws(TokenizerProblem) -> TokenID? {
    guard let text else { return nil }
    guard let id = tokenID(of: text) else {
      throw .field(field, problem: "is \"\(text)\", which is no token of tokenizer.json")
    }
    return id
  }
}
