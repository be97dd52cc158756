/// Collects a vocabulary in whatever order a file lists it.
struct TokenTableBuilder {
  private struct Entry {
    let id: TokenID
    let start: Int
    let end: Int
    let isLiteral: Bool
  }

  /// Where the reader appends the bytes of the next token, before `add`.
  var arena: [UInt8] = []
  private var entries: [Entry] = []
  private var added = 0

  /// Takes what was appended to `arena` since the last call as one token.
  mutating func add(id: TokenID, isLiteral: Bool) {
    entries.append(Entry(id: id, start: added, end: arena.count, isLiteral: isLiteral))
    added = arena.count
  }

  /// What was appended to `arena` since the last `add`, as text for messages.
  var pendingText: String { String(decoding: arena[added...], as: UTF8.self) }

  /// - Throws: `.field` for an id or a token that occurs twice.
  func build() throws(TokenizerProblem) -> TokenTable {
    var spans = Array(repeating: TokenTable.Span(), count: entries.reduce(0) { max($0, Int($1.id) + 1) })
    var index = TokenIndex(capacity: entries.count)
    var literals: [[UInt8]: TokenID] = [:]
    let hasher = ByteHasher()
    for entry in entries {
      let isFree = spans[Int(entry.id)].length < 0
      guard isFree else { throw .field("model.vocab", problem: "gives the id \(entry.id) to two tokens") }
      spans[Int(entry.id)] = .init(start: UInt32(entry.start), length: Int32(entry.end - entry.start))
      let isNew =
        entry.isLiteral
        ? literals.updateValue(entry.id, forKey: Array(arena[entry.start..<entry.end])) == nil
        : insert(entry, spans: spans, hasher: hasher, into: &index)
      guard isNew else {
        let text = String(decoding: arena[entry.start..<entry.end], as: UTF8.self)
        throw .field("model.vocab", problem: "lists the token for \"\(text)\" twice")
      }
    }
    return TokenTable(arena: arena, spans: spans, index: index, literals: literals, hasher: hasher)
  }

  private func insert(
    _ entry: Entry, spans: [TokenTable.Span], hasher: ByteHasher, into index: inout TokenIndex
  ) -> Bool {
    arena.withUnsafeBufferPointer { arena in
      let bytes = UnsafeBufferPointer(rebasing: arena[entry.start..<entry.end])
      let hash = hasher.hash(bytes)
      let known = index.id(hash: hash) { id in
        let span = spans[Int(id)]
        let range = Int(span.start)..<Int(span.start) + Int(span.length)
        return UnsafeBufferPointer(rebasing: arena[range]).elementsEqual(bytes)
      }
      if known == nil { index.insert(entry.id, hash: hash) }
      return known == nil
    }
  }
}
