import JSON

extension JSONReader {
  /// Reads the `model` object.
  ///
  /// - Throws: `TokenizerProblem` with the path of the field.
  mutating func readModel() throws(TokenizerProblem) -> BytePairModel {
    var options = JSONObject()
    var tokens: TokenTable?
    var merges: MergeTable?
    var skippedMerges: Range<Int>?
    try forEachMember { reader, name throws(TokenizerProblem) in
      switch (name, reader.peek(), tokens) {
      case ("vocab", UInt8(ascii: "{"), _): tokens = try reader.readVocabulary()
      case ("merges", UInt8(ascii: "["), let tokens?): merges = try reader.readMerges(of: tokens)
      case ("merges", UInt8(ascii: "["), nil): skippedMerges = try reading(reader.skipValue())
      default: options[name] = try reading(reader.readValue())
      }
    }
    let fields = try JSONFields(.object(options), path: "model")
    try fields.requireByteLevelBPE()
    guard let tokens else { throw .field("model.vocab", problem: "is missing, or is not an object") }
    if let skippedMerges {
      // Merges name tokens, so a file that lists them before the vocabulary is read twice there.
      var reader = self
      reader.position = skippedMerges.lowerBound
      merges = try reader.readMerges(of: tokens)
    }
    guard let merges else { throw .field("model.merges", problem: "is missing, or is not an array") }
    return try BytePairModel(tokens: tokens, merges: merges, options: fields)
  }
}

extension JSONFields {
  fileprivate func requireByteLevelBPE() throws(TokenizerProblem) {
    // The oldest files, GPT-2's own among them, do not name the type.
    let type = try optionalString("type") ?? "BPE"
    guard type == "BPE" else { throw .unsupported(field: path(of: "type"), value: type, supported: ["BPE"]) }
    try require("byte_fallback", is: false, default: false)
    if let dropout = self["dropout"], dropout.number != 0 {
      throw .unsupported(field: path(of: "dropout"), value: dropout.serialized(), supported: ["null"])
    }
    for name in ["continuing_subword_prefix", "end_of_word_suffix"] {
      guard let affix = try optionalString(name), !affix.isEmpty else { continue }
      throw .unsupported(field: path(of: name), value: "\"\(affix)\"", supported: ["null"])
    }
  }
}

extension BytePairModel {
  fileprivate init(tokens: TokenTable, merges: MergeTable, options: JSONFields) throws(TokenizerProblem) {
    byteTokens = (UInt8.min...UInt8.max).map { byte in
      [byte].withUnsafeBufferPointer { tokens.id($0) } ?? -1
    }
    let unknownToken = try options.optionalString("unk_token")
    unknown = unknownToken.flatMap { tokens.id(spelled: Array($0.utf8)) }
    if let unknownToken, unknown == nil, let byte = byteTokens.indices.first(where: Self.lacksToken(byteTokens)) {
      throw .field(
        options.path(of: "unk_token"),
        problem: "is \"\(unknownToken)\", which is not in model.vocab, but byte \(byte) has no token")
    }
    fusesUnknown = try options.bool("fuse_unk", default: false)
    ignoresMerges = try options.bool("ignore_merges", default: false)
    self.tokens = tokens
    self.merges = merges
  }

  /// Whether a byte can be part of UTF-8, but has no token.
  private static func lacksToken(_ byteTokens: [TokenID]) -> (Int) -> Bool {
    { byteTokens[$0] < 0 && !(0xC0...0xC1).contains($0) && $0 < 0xF5 }
  }
}

/// The vocabulary.
extension JSONReader {
  /// Reads the `vocab` object of a BPE model.
  ///
  /// - Throws: `.field` for an id that is not a whole number in range or occurs twice.
  private mutating func readVocabulary() throws(TokenizerProblem) -> TokenTable {
    var builder = TokenTableBuilder()
    try reading(expect(UInt8(ascii: "{")))
    if consume(UInt8(ascii: "}")) { return try builder.build() }
    repeat {
      let isLiteral = try readToken(appendingTo: &builder.arena)
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
  private mutating func readToken(appendingTo arena: inout [UInt8]) throws(TokenizerProblem) -> Bool {
    let (count, start) = (arena.count, position)
    if consume(UInt8(ascii: "\"")), readSpelledBytes(until: UInt8(ascii: "\""), appendingTo: &arena) { return false }
    arena.removeSubrange(count...)
    position = start
    let spelling = Array(try reading(readString()).utf8)
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

/// The merges.
extension JSONReader {
  /// Reads the `merges` array of a BPE model, whose elements are `"a b"` or `["a", "b"]`.
  ///
  /// - Throws: `.field` for a merge that does not join two tokens into a third, and for too many of them.
  private mutating func readMerges(of tokens: TokenTable) throws(TokenizerProblem) -> MergeTable {
    var merges: [(left: TokenID, right: TokenID, result: TokenID)] = []
    var scratch: [UInt8] = []
    try reading(expect(UInt8(ascii: "[")))
    if consume(UInt8(ascii: "]")) { return MergeTable(merges) }
    var number = 0
    repeat {
      _ = peek()
      let start = position
      if let merge = readSpelledMerge(of: tokens, scratch: &scratch) {
        merges.append(merge)
      } else {
        position = start
        if let merge = try readAnyMerge(of: tokens, field: "model.merges[\(number)]") { merges.append(merge) }
      }
      number += 1
      guard number <= MergeTable.countLimit else {
        throw .field("model.merges", problem: "has more than \(MergeTable.countLimit) elements")
      }
    } while consume(UInt8(ascii: ","))
    try reading(expect(UInt8(ascii: "]")))
    return MergeTable(merges)
  }

  /// Reads a merge of the usual kind: both tokens in the byte alphabet, and known. Returns nil for any other, with the
  /// position anywhere.
  private mutating func readSpelledMerge(
    of tokens: TokenTable, scratch: inout [UInt8]
  ) -> (left: TokenID, right: TokenID, result: TokenID)? {
    let quote = UInt8(ascii: "\"")
    scratch.removeAll(keepingCapacity: true)
    let isPair = consume(UInt8(ascii: "["))
    guard consume(quote), readSpelledBytes(until: isPair ? quote : UInt8(ascii: " "), appendingTo: &scratch)
    else { return nil }
    let middle = scratch.count
    if isPair { guard consume(UInt8(ascii: ",")), consume(quote) else { return nil } }
    guard readSpelledBytes(until: quote, appendingTo: &scratch), !isPair || consume(UInt8(ascii: "]")) else {
      return nil
    }
    // Older merges files begin with such a line.
    if !isPair, scratch.first == UInt8(ascii: "#"), scratch.starts(with: "#version".utf8) { return nil }
    return scratch.withUnsafeBufferPointer { bytes in
      guard let left = tokens.id(UnsafeBufferPointer(rebasing: bytes[..<middle])),
        let right = tokens.id(UnsafeBufferPointer(rebasing: bytes[middle...])), let result = tokens.id(bytes)
      else { return nil }
      return (left, right, result)
    }
  }

  /// Reads a merge of any kind; returns nil for a version line.
  private mutating func readAnyMerge(
    of tokens: TokenTable, field: String
  ) throws(TokenizerProblem) -> (left: TokenID, right: TokenID, result: TokenID)? {
    var parts: [[UInt8]] = []
    switch try reading(readValue()) {
    case .string(let line):
      if line.utf8.starts(with: "#version".utf8) { return nil }
      parts = Array(line.utf8).split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).map(Array.init)
    case .array(let elements): parts = elements.compactMap { $0.string.map { Array($0.utf8) } }
    default: break
    }
    guard parts.count == 2 else { throw .field(field, problem: "is not a merge of two tokens") }
    func id(_ token: [UInt8]) throws(TokenizerProblem) -> TokenID {
      if let id = tokens.id(spelled: token) { return id }
      throw .field(field, problem: "needs \"\(String(decoding: token, as: UTF8.self))\", which is not in model.vocab")
    }
    return (try id(parts[0]), try id(parts[1]), try id(parts[0] + parts[1]))
  }
}

/// The byte alphabet, read without decoding strings.
extension JSONReader {
  /// Appends the bytes that the characters up to `terminator` spell in the byte alphabet, and passes over that.
  ///
  /// Returns false if a character outside the alphabet or an escape comes first: then the caller goes back and parses
  /// the string.
  private mutating func readSpelledBytes(until terminator: UInt8, appendingTo target: inout [UInt8]) -> Bool {
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case terminator: return true
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): return false
      case 0x21...0x7E: target.append(byte)
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
