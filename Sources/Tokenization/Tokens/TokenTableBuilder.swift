/// Collects a vocabulary in whatever order a file lists it.
struct TokenTableBuilder {
  private struct Entry {
    let id: TokenID
    let range: Range<Int>
    let isLiteral: Bool
  }

  /// Where the reader appends the bytes of the next token, before `add`.
  var arena: [UInt8] = []
  private var entries: [Entry] = []
  private var added = 0

  /// Takes what was appended to `arena` since the last call as one token.
  mutating func add(id: TokenID, isLiteral: Bool) {
    entries.append(Entry(id: id, range: added..<arena.count, isLiteral: isLiteral))
    added = arena.count
  }

  /// What was appended to `arena` since the last `add`, as text for messages.
  var pendingText: String { String(decoding: arena[added...], as: UTF8.self) }

  /// - Throws: `.field` for an id or a token that occurs twice.
  func build() throws(TokenizerProblem) -> TokenTable {
    let idLimit = entries.reduce(0) { max($0, Int($1.id) + 1) }
    var table = TokenTable(arena: arena, idLimit: idLimit, capacity: entries.count)
    for entry in entries {
      guard table.bytes(of: entry.id) == nil else {
        throw .field("model.vocab", problem: "gives the id \(entry.id) to two tokens")
      }
      guard table.insert(entry.id, range: entry.range, isLiteral: entry.isLiteral) else {
        let text = String(decoding: arena[entry.range], as: UTF8.self)
        throw .field("model.vocab", problem: "lists the token for \"\(text)\" twice")
      }
    }
    return table
  }
}
