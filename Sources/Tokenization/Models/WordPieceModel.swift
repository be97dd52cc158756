/// A WordPiece model: from the start of a word, the longest token that fits counts, and so on to its end.
struct WordPieceModel: Sendable {
  /// The tokens, by their spelling.
  private let trie: ByteTrie
  /// Where the spellings go on that begin with the prefix of tokens within a word; nil if there are none.
  private let continuing: ByteTrie.Position?
  /// What stands for a word that tokens do not cover to its end, or that is too long.
  private let unknown: TokenID
  /// In scalars.
  private let longestWord: Int

  /// Appends the ids of one word.
  ///
  /// - Complexity: O(*nm*), *n* the word's bytes and *m* those of the longest token.
  func append(_ word: UnsafeBufferPointer<UInt8>, into ids: inout [TokenID]) {
    let text = UTF8Text(word)
    let first = ids.count
    var position = 0
    if text.hasMoreScalars(than: longestWord) { return ids.append(unknown) }
    while position < text.count {
      let tokens = position == 0 ? ByteTrie.Position.root : continuing
      guard let tokens, let (end, id) = trie.longestMatch(in: text, at: position, from: tokens) else {
        ids.removeSubrange(first...)
        return ids.append(unknown)
      }
      ids.append(id)
      position = end
    }
  }
}

extension UTF8Text {
  fileprivate func hasMoreScalars(than limit: Int) -> Bool {
    guard count > limit else { return false }
    var (position, scalars) = (0, 0)
    while position < count {
      (position, scalars) = (self.position(after: position), scalars + 1)
      if scalars > limit { return true }
    }
    return false
  }
}

/// Reading.
extension WordPieceModel {
  /// - Throws: `TokenizerProblem` with the path of the field.
  init(tokens: TokenTable, options: JSONFields) throws(TokenizerProblem) {
    unknown = try options.unknownToken(of: tokens)
    longestWord = try options.count("max_input_chars_per_word")
    trie = ByteTrie(tokens)
    continuing = trie.position(after: Array(try options.string("continuing_subword_prefix").utf8))
  }
}
