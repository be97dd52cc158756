import JSON

extension JSONReader {
  /// Reads the `vocab` object of a BPE model.
  ///
  /// - Throws: `.field` for an id that is not a whole number in range or occurs twice.
  mutating func readVocabulary(_ spelling: TokenSpelling) throws(TokenizerProblem) -> TokenTable {
    var builder = TokenTableBuilder(spelling)
    try reading(expect(UInt8(ascii: "{")))
    if consume(UInt8(ascii: "}")) { return try builder.build() }
    repeat {
      let isLiteral = try readToken(spelling, appendingTo: &builder.arena)
      try reading(expect(UInt8(ascii: ":")))
      guard peek() != nil else { throw .json(error(.unexpectedEnd)) }
      guard let id = readID() else {
        throw .field(
          "model.vocab",
          problem: "gives \"\(builder.pendingText)\" an id that is not a whole number below \(TokenTable.idLimit)")
      }
      builder.add(id: id, isLiteral: isLiteral)
    } while consume(UInt8(ascii: ","))
    try reading(expect(UInt8(ascii: "}")))
    return try builder.build()
  }

  /// Appends a token's bytes; returns true if its spelling leaves the byte alphabet and is taken literally.
  private mutating func readToken(
    _ spelling: TokenSpelling, appendingTo arena: inout [UInt8]
  ) throws(TokenizerProblem) -> Bool {
    let (count, start) = (arena.count, position)
    if spelling == .byteAlphabet, consume(UInt8(ascii: "\"")),
      readBytes(of: spelling, until: UInt8(ascii: "\""), appendingTo: &arena)
    {
      return false
    }
    arena.removeSubrange(count...)
    position = start
    let name = Array(try reading(readString()).utf8)
    let bytes = spelling.bytes(of: name)
    arena += bytes ?? name
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

/// The vocabulary of a unigram model.
extension JSONReader {
  /// Reads the `vocab` array of a unigram model, whose elements are tokens with their scores, by id.
  ///
  /// - Throws: `.field` for an element that is not a token and a number, or a token that occurs twice.
  mutating func readScoredVocabulary() throws(TokenizerProblem) -> (tokens: TokenTable, scores: [Double]) {
    var builder = TokenTableBuilder(.characters)
    var scores: [Double] = []
    try reading(expect(UInt8(ascii: "[")))
    if consume(UInt8(ascii: "]")) { return (try builder.build(), scores) }
    repeat {
      try reading(expect(UInt8(ascii: "[")))
      builder.arena += try reading(readString()).utf8
      try reading(expect(UInt8(ascii: ",")))
      guard let score = try readScore(), scores.count < TokenTable.idLimit else {
        throw .field(
          "model.vocab[\(scores.count)]", problem: "has a score that is not a number, or is one of too many tokens")
      }
      try reading(expect(UInt8(ascii: "]")))
      builder.add(id: TokenID(scores.count), isLiteral: false)
      scores.append(score)
    } while consume(UInt8(ascii: ","))
    try reading(expect(UInt8(ascii: "]")))
    return (try builder.build(), scores)
  }
}

/// Scores.
extension JSONReader {
  /// Reads a number as the reference library does, which is up to one unit in the last place from the nearest; nil for
  /// any other value.
  ///
  /// Sums of scores that are almost equal depend on it. The number is its digits as a whole, rounded, times or divided
  /// by a power of ten, rounded again (`f64_from_parts` of serde_json).
  private mutating func readScore() throws(TokenizerProblem) -> Double? {
    _ = peek()
    let start = position
    guard let exact = try reading(readValue()).number else { return nil }
    var digits = bytes[start..<position].makeIterator()
    var (significand, exponent): (UInt64, Int) = (0, 0)
    var (isFraction, isFull) = (false, false)
    while let byte = digits.next() {
      switch byte {
      case UInt8(ascii: "."): isFraction = true
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        let (tenfold, overflows) = significand.multipliedReportingOverflow(by: 10)
        let (sum, carries) = tenfold.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
        isFull = isFull || overflows || carries
        if !isFull {
          significand = sum
          exponent -= isFraction ? 1 : 0
        } else if !isFraction {
          exponent += 1
        }
      case UInt8(ascii: "e"), UInt8(ascii: "E"):
        var sign = 1
        var written = 0
        while let byte = digits.next() {
          switch byte {
          case UInt8(ascii: "-"): sign = -1
          case UInt8(ascii: "+"): break
          default: written = min(written * 10 + Int(byte - UInt8(ascii: "0")), 1_000)
          }
        }
        exponent += sign * written
      default: break
      }
    }
    guard (-308...308).contains(exponent), let power = Double("1e\(abs(exponent))") else { return exact }
    let value = exponent < 0 ? Double(significand) / power : Double(significand) * power
    return exact.sign == .minus ? -value : value
  }
}

/// Spellings, read without decoding strings.
extension JSONReader {
  /// Appends the bytes that the characters up to `terminator` spell, and passes over that.
  ///
  /// Returns false if an escape, or a character outside the byte alphabet where that counts, comes first: then the
  /// caller goes back and parses the string. Characters that stand for themselves are not checked to be UTF-8.
  mutating func readBytes(
    of spelling: TokenSpelling, until terminator: UInt8, appendingTo target: inout [UInt8]
  ) -> Bool {
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case terminator: return true
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): return false
      case 0x21...0x7E: target.append(byte)
      case 0x80...0xFF where spelling == .characters: target.append(byte)
      case 0xC2...0xC5:
        guard position < bytes.count, bytes[position] & 0xC0 == 0x80,
          let spelled = ByteAlphabet.byte(spelledBy: UInt32(byte & 0x1F) << 6 | UInt32(bytes[position] & 0x3F))
        else { return false }
        target.append(spelled)
        position += 1
      default: return false
      }
    }
    return false
  }
}
