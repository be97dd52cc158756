import JSON

/// What the `model` object of a file says.
struct ModelObject {
  let tokens: TokenTable
  let words: WordModel
}

extension JSONReader {
  /// Reads the `model` object.
  ///
  /// - Throws: `TokenizerProblem` with the path of the field.
  mutating func readModel(_ spelling: TokenSpelling) throws(TokenizerProblem) -> ModelObject {
    var options = JSONObject()
    var tokens: TokenTable?
    var scores: [Double]?
    var merges: MergeTable?
    var skippedMerges: Range<Int>?
    try forEachMember { reader, name throws(TokenizerProblem) in
      switch (name, reader.peek(), tokens) {
      case ("vocab", UInt8(ascii: "{"), _): tokens = try reader.readVocabulary(spelling)
      case ("vocab", UInt8(ascii: "["), _): (tokens, scores) = try reader.readScoredVocabulary()
      case ("merges", UInt8(ascii: "["), let tokens?): merges = try reader.readMerges(of: tokens)
      case ("merges", UInt8(ascii: "["), nil): skippedMerges = try reading(reader.skipValue())
      default: options[name] = try reading(reader.readValue())
      }
    }
    let fields = try JSONFields(.object(options), path: "model")
    // The oldest files, GPT-2's own among them, do not name the type.
    let type = try fields.optionalString("type") ?? "BPE"
    switch type {
    case "BPE":
      guard let tokens, scores == nil else {
        throw .field("model.vocab", problem: "is missing, or is not an object")
      }
      if let skippedMerges {
        // Merges name tokens, so a file that lists them before the vocabulary is read twice there.
        var reader = self
        reader.position = skippedMerges.lowerBound
        merges = try reader.readMerges(of: tokens)
      }
      guard let merges else { throw .field("model.merges", problem: "is missing, or is not an array") }
      return ModelObject(
        tokens: tokens, words: .bytePairs(try BytePairModel(tokens: tokens, merges: merges, options: fields)))
    case "Unigram":
      guard let tokens, let scores else { throw .field("model.vocab", problem: "is missing, or is not an array") }
      guard spelling == .characters else {
        throw .unsupported(field: "model.type", value: "Unigram after ByteLevel", supported: ["BPE"])
      }
      return ModelObject(
        tokens: tokens, words: .unigram(try UnigramModel(tokens: tokens, scores: scores, options: fields)))
    default: throw .unsupported(field: "model.type", value: type, supported: ["BPE", "Unigram"])
    }
  }
}

extension TokenTable {
  /// The token that spells each byte on its own, such as `<0x0A>`; -1 where there is none.
  var fallbackTokens: [TokenID] {
    (UInt8.min...UInt8.max).map { byte in
      let digits = String(byte, radix: 16, uppercase: true)
      return id(spelled: Array("<0x\(digits.count < 2 ? "0" : "")\(digits)>".utf8)) ?? -1
    }
  }
}

extension BytePairModel {
  fileprivate init(tokens: TokenTable, merges: MergeTable, options: JSONFields) throws(TokenizerProblem) {
    try Self.requireSupported(options)
    let fallsBack = try options.bool("byte_fallback", default: false)
    let unknownToken = try options.optionalString("unk_token")
    unknown = unknownToken.flatMap { tokens.id(spelled: Array($0.utf8)) }
    switch tokens.spelling {
    case .byteAlphabet:
      let byteTokens = (UInt8.min...UInt8.max).map { byte in
        [byte].withUnsafeBufferPointer { tokens.id($0) } ?? -1
      }
      let missing = byteTokens.indices.first { byteTokens[$0] < 0 && Self.isOfUTF8($0) }
      if fallsBack, let missing {
        throw .field(options.path(of: "byte_fallback"), problem: "is true, but byte \(missing) has no token")
      }
      if let missing { try Self.require(unknown, unknownToken, for: "byte \(missing) has no token", options) }
      alphabet = .bytes(byteTokens)
    case .characters:
      let byteTokens = fallsBack ? tokens.fallbackTokens : nil
      let isComplete = byteTokens.map { tokens in tokens.indices.allSatisfy { tokens[$0] >= 0 || !Self.isOfUTF8($0) } }
      if isComplete != true { try Self.require(unknown, unknownToken, for: "some characters have no token", options) }
      alphabet = .characters(byteTokens: byteTokens)
    }
    fusesUnknown = try options.bool("fuse_unk", default: false)
    ignoresMerges = try options.bool("ignore_merges", default: false)
    self.merges = merges
  }

  private static func requireSupported(_ options: JSONFields) throws(TokenizerProblem) {
    if let dropout = options["dropout"], dropout.number != 0 {
      throw .unsupported(field: options.path(of: "dropout"), value: dropout.serialized(), supported: ["null"])
    }
    for name in ["continuing_subword_prefix", "end_of_word_suffix"] {
      guard let affix = try options.optionalString(name), !affix.isEmpty else { continue }
      throw .unsupported(field: options.path(of: name), value: "\"\(affix)\"", supported: ["null"])
    }
  }

  /// Requires that the unknown token, if one is named, is there, since something may need it.
  private static func require(
    _ unknown: TokenID?, _ name: String?, for missing: String, _ options: JSONFields
  ) throws(TokenizerProblem) {
    guard let name, unknown == nil else { return }
    throw .field(
      options.path(of: "unk_token"),
      problem: "is \"\(name)\", which is not in model.vocab, but \(missing)")
  }

  /// Whether a byte can be part of UTF-8.
  private static func isOfUTF8(_ byte: Int) -> Bool { !(0xC0...0xC1).contains(byte) && byte < 0xF5 }
}

extension UnigramModel {
  fileprivate init(tokens: TokenTable, scores: [Double], options: JSONFields) throws(TokenizerProblem) {
    guard let unknown = options["unk_id"]?.integer, scores.indices.contains(unknown) else {
      throw .field(options.path(of: "unk_id"), problem: "is missing, or is not a token's id")
    }
    self.unknown = TokenID(unknown)
    self.scores = scores
    var trie = ByteTrie()
    for id in scores.indices {
      if let bytes = tokens.bytes(of: TokenID(id)), !bytes.isEmpty {
        _ = trie.insert(Array(bytes), value: Int32(id))
      }
    }
    self.trie = trie
    unknownScore = (scores.min() ?? 0) - Self.unknownPenalty
    byteTokens = try options.bool("byte_fallback", default: false) ? tokens.fallbackTokens : nil
  }
}
