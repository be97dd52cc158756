/// A model whose tokens are whole words.
struct WordLevelModel: Sendable {
  /// What stands for words that are no tokens.
  let unknown: TokenID

  /// Appends the id of one word.
  func append(_ word: UnsafeBufferPointer<UInt8>, tokens: TokenTable, into ids: inout [TokenID]) {
    ids.append(tokens.id(word) ?? unknown)
  }
}

/// Reading.
extension WordLevelModel {
  /// - Throws: `TokenizerProblem` with the path of the field.
  init(tokens: TokenTable, options: JSONFields) throws(TokenizerProblem) {
    unknown = try options.unknownToken(of: tokens)
  }
}

extension JSONFields {
  /// The `unk_token` of a model that needs one.
  ///
  /// - Throws: `.field` if it is missing or not in the vocabulary.
  func unknownToken(of tokens: TokenTable) throws(TokenizerProblem) -> TokenID {
    let name = try string("unk_token")
    if let id = tokens.id(spelled: Array(name.utf8)) { return id }
    throw .field(path(of: "unk_token"), problem: "is \"\(name)\", which is not in model.vocab")
  }
}
