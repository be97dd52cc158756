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

  fileprivate func startOfSpaces(before position: Int) -> Int {
    var position = position
    while position > 0, case let (scalar, start) = scalar(before: position), scalar.isUnicodeSpace { position = start }
    return position
  }

  fileprivate func endOfSpaces(after position: Int) -> Int {
    var position = position
    while position < count, case let (scalar, end) = scalar(at: position), scalar.isUnicodeSpace { position = end }
    return position
  }
}

/// Byte strings by common prefix, to find which of them a text contains.
private struct ByteTrie: Sendable {
  /// Children form a linked list: nodes are few and mostly have one child.
  private struct Node {
    var byte: UInt8
    var value: Int32 = -1
    var firstChild: Int32 = -1
    var nextSibling: Int32 = -1
  }

  private var nodes: [Node] = []
  /// The root's children by byte, -1 if there is none.
  private var roots: [Int32] = Array(repeating: -1, count: 256)

  /// Adds a string that is not empty; returns false if it is there already.
  mutating func insert(_ string: [UInt8], value: Int32) -> Bool {
    guard let first = string.first else { return false }
    if roots[Int(first)] < 0 { roots[Int(first)] = addNode(first) }
    var node = Int(roots[Int(first)])
    for byte in string.dropFirst() {
      if let child = child(of: node, byte) {
        node = child
      } else {
        let child = addNode(byte)
        nodes[Int(child)].nextSibling = nodes[node].firstChild
        nodes[node].firstChild = child
        node = Int(child)
      }
    }
    guard nodes[node].value < 0 else { return false }
    nodes[node].value = value
    return true
  }

  private mutating func addNode(_ byte: UInt8) -> Int32 {
    nodes.append(Node(byte: byte))
    return Int32(nodes.count - 1)
  }

  private func child(of node: Int, _ byte: UInt8) -> Int? {
    var child = nodes[node].firstChild
    while child >= 0 {
      if nodes[Int(child)].byte == byte { return Int(child) }
      child = nodes[Int(child)].nextSibling
    }
    return nil
  }

  /// The leftmost, then longest string that a text contains from a position on.
  func firstMatch(in text: UTF8Text, from position: Int) -> (range: Range<Int>, value: Int32)? {
    guard !nodes.isEmpty else { return nil }
    for start in position..<text.count where roots[Int(text[start])] >= 0 {
      if let (end, value) = longestMatch(in: text, at: start) { return (start..<end, value) }
    }
    return nil
  }

  private func longestMatch(in text: UTF8Text, at start: Int) -> (end: Int, value: Int32)? {
    var node = Int(roots[Int(text[start])])
    var end = start + 1
    var longest: (end: Int, value: Int32)?
    while true {
      if nodes[node].value >= 0 { longest = (end, nodes[node].value) }
      guard end < text.count, let child = child(of: node, text[end]) else { return longest }
      node = child
      end += 1
    }
  }
}
