extension JSONReader {
  /// The `vocab` object of a BPE model.
  ///
  /// - Throws: `.field` for an id that is no whole number in range or occurs twice.
  mutating func readVocabulary() throws(TokenizerProblem) -> TokenTable {
    var builder = TokenTableBuilder()
    try expect(UInt8(ascii: "{"))
    if consume(UInt8(ascii: "}")) { return try builder.build() }
    repeat {
      let isLiteral = try readToken(appendingTo: &builder.arena)
      try expect(UInt8(ascii: ":"))
      guard peek() != nil else { throw syntaxProblem() }
      guard let id = readID() else {
        throw .field(
          "model.vocab",
          problem: "gives \"\(builder.pendingText)\" an id that is no whole number below \(TokenTable.idLimit)")
      }
      builder.add(id: id, isLiteral: isLiteral)
    } while consume(UInt8(ascii: ","))
    try expect(UInt8(ascii: "}"))
    return try builder.build()
  }

  /// Appends a token's bytes; true where its spelling leaves the byte alphabet and is taken as it stands.
  private mutating func readToken(appendingTo arena: inout [UInt8]) throws(TokenizerProblem) -> Bool {
    let (count, start) = (arena.count, position)
    if consume(UInt8(ascii: "\"")), readSpelledBytes(until: UInt8(ascii: "\""), appendingTo: &arena) { return false }
    arena.removeSubrange(count...)
    position = start
    let spelling = try readString()
    let bytes = ByteAlphabet.bytes(spelledBy: spelling)
    arena += bytes ?? spelling
    return bytes == nil
  }

  private mutating func readID() -> TokenID? {
    let start = position
    var id = 0
    while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
      id = id * 10 + Int(bytes[position] - UInt8(ascii: "0"))
      guard id < TokenTable.idLimit else { return nil }
      position += 1
    }
    let isWhole = position > start && (bytes[start] != UInt8(ascii: "0") || position == start + 1)
    guard isWhole, position == bytes.count || Self.endsWord(bytes[position]) else { return nil }
    return TokenID(id)
  }
}
