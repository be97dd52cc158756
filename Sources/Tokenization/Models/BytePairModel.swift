/// A BPE model: how a word starts out, and its merges.
struct BytePairModel: Sendable {
  /// What merging begins with.
  enum Alphabet: Sendable {
    /// Bytes: the token of each, -1 if the vocabulary has none.
    case bytes([TokenID])
    /// Characters; one that is not a token becomes the tokens of its bytes, if there are such for all of them.
    case characters(byteTokens: [TokenID]?)
  }

  /// What the spellings of bytes and characters have beside themselves, by their place in a word.
  struct Affixes: Sendable, Equatable {
    /// Before all but the first.
    let prefix: [UInt8]
    /// After the last.
    let suffix: [UInt8]

    static let none = Affixes(prefix: [], suffix: [])
  }

  let merges: MergeTable
  let alphabet: Alphabet
  let affixes: Affixes
  /// What stands for a byte or a character that has no token; without it, such are dropped.
  let unknown: TokenID?
  /// Whether neighbouring unknown bytes or characters become one token.
  let fusesUnknown: Bool
  /// Whether a word that is a token is taken whole, without merging.
  let ignoresMerges: Bool
}

/// Reading.
extension BytePairModel {
  /// - Throws: `TokenizerProblem` with the path of the field.
  init(tokens: TokenTable, merges: MergeTable, options: JSONFields) throws(TokenizerProblem) {
    if let dropout = options["dropout"], dropout.number != 0 {
      throw .unsupported(field: options.path(of: "dropout"), value: dropout.serialized(), supported: ["null"])
    }
    let fallsBack = try options.bool("byte_fallback", default: false)
    affixes = try Affixes(options, tokens.spelling)
    let unknownToken = try options.optionalString("unk_token")
    unknown = unknownToken.flatMap { tokens.id(spelled: Array($0.utf8)) }
    switch tokens.spelling {
    case .byteAlphabet:
      let byteTokens = (UInt8.min...UInt8.max).map { byte in
        [byte].withUnsafeBufferPointer { tokens.id($0) } ?? -1
      }
      let missing = byteTokens.indices.first { byteTokens[$0] < 0 && Self.isOfUTF8($0) }
      if fallsBack, missing != nil || affixes != .none {
        throw .unsupported(
          field: options.path(of: "byte_fallback"), value: "true, but not every byte is a token",
          supported: ["false after ByteLevel"])
      }
      if let missing { try Self.require(unknown, unknownToken, for: "byte \(missing) has no token", options) }
      if affixes != .none { try Self.require(unknown, unknownToken, for: "some bytes may have no token", options) }
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

extension BytePairModel.Affixes {
  /// - Throws: `.unsupported` for one that bytes cannot have.
  init(_ options: JSONFields, _ spelling: TokenSpelling) throws(TokenizerProblem) {
    func bytes(_ name: String) throws(TokenizerProblem) -> [UInt8] {
      let affix = try options.optionalString(name) ?? ""
      if let bytes = spelling.bytes(of: Array(affix.utf8)) { return bytes }
      throw .unsupported(
        field: options.path(of: name), value: "\"\(affix)\"",
        supported: ["characters that spell bytes, after ByteLevel"])
    }
    self.init(prefix: try bytes("continuing_subword_prefix"), suffix: try bytes("end_of_word_suffix"))
  }
}
