/// Finds added tokens in text: the leftmost one, and of those that begin there the longest.
struct AddedTokenMatcher: Sendable {
  /// A part of a text.
  enum Piece: Equatable {
    case text(Range<Int>)
    case token(TokenID)
  }

  private var trie = ByteTrie()
  private let tokens: [AddedToken]

  /// - Throws: `.field` if two tokens are spelled the same.
  init(_ spellings: [(spelling: [UInt8], token: AddedToken)]) throws(TokenizerProblem) {
    tokens = spellings.map(\.token)
    for (index, entry) in spellings.enumerated() {
      guard trie.insert(entry.spelling, value: Int32(index)) else {
        let text = String(decoding: entry.spelling, as: UTF8.self)
        throw .field("added_tokens", problem: "lists \"\(text)\" twice")
      }
    }
  }

  /// Calls `body` with each part of a text, in order.
  ///
  /// - Complexity: O(*nm*), *n* the text's bytes and *m* the longest token's; O(*n*) if few tokens almost match.
  func forEachPiece(of text: UTF8Text, _ body: (Piece) -> Void) {
    var consumed = 0
    var position = 0
    while let match = trie.firstMatch(in: text, from: position) {
      position = match.range.upperBound
      let token = tokens[Int(match.value)]
      if token.isSingleWord, text.touchesWord(match.range) { continue }
      var (start, end) = (match.range.lowerBound, match.range.upperBound)
      // The token before may have taken the same white space.
      if token.stripsLeft { start = text.startOfSpaces(before: start) }
      if token.stripsRight { end = text.endOfSpaces(after: end) }
      if consumed < start { body(.text(consumed..<start)) }
      body(.token(token.id))
      consumed = end
    }
    if consumed < text.count { body(.text(consumed..<text.count)) }
  }
}

extension UTF8Text {
  fileprivate func touchesWord(_ range: Range<Int>) -> Bool {
    (range.lowerBound > 0 && scalar(before: range.lowerBound).scalar.isWordCharacter)
      || (range.upperBound < count && scalar(at: range.upperBound).scalar.isWordCharacter)
  }

  func startOfSpaces(before position: Int) -> Int {
    var position = position
    while position > 0, case let (scalar, start) = scalar(before: position), scalar.isUnicodeSpace { position = start }
    return position
  }

  func endOfSpaces(after position: Int) -> Int {
    var position = position
    while position < count, case let (scalar, end) = scalar(at: position), scalar.isUnicodeSpace { position = end }
    return position
  }
}
