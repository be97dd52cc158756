import JSON

extension JSONReader {
  /// The `model` object.
  mutating func readModel() throws(TokenizerProblem) -> BytePairModel {
    var options = JSONObject()
    var tokens: TokenTable?
    var merges: MergeTable?
    var skippedMerges: Range<Int>?
    try forEachMember { reader, name throws(TokenizerProblem) in
      switch (name, reader.peek(), tokens) {
      case ("vocab", UInt8(ascii: "{"), _): tokens = try reader.readVocabulary()
      case ("merges", UInt8(ascii: "["), let tokens?): merges = try reader.readMerges(of: tokens)
      case ("merges", UInt8(ascii: "["), nil): skippedMerges = try reader.skipValue()
      default: options[name] = try reader.readValue()
      }
    }
    let fields = try JSONFields(.object(options), path: "model")
    try fields.requireByteLevelBPE()
    guard let tokens else { throw .field("model.vocab", problem: "is no object, or missing") }
    if let skippedMerges {
      // The merges name tokens, so a file that lists them first is read twice there.
      var reader = self
      reader.position = skippedMerges.lowerBound
      merges = try reader.readMerges(of: tokens)
    }
    guard let merges else { throw .field("model.merges", problem: "is no array, or missing") }
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
        problem: "is \"\(unknownToken)\", which is not in model.vocab, but byte \(byte) has no token of its own")
    }
    fusesUnknown = try options.bool("fuse_unk", default: false)
    ignoresMerges = try options.bool("ignore_merges", default: false)
    self.tokens = tokens
    self.merges = merges
  }

  /// Whether a byte can be part of UTF-8, yet has no token.
  private static func lacksToken(_ byteTokens: [TokenID]) -> (Int) -> Bool {
    { byteTokens[$0] < 0 && !(0xC0...0xC1).contains($0) && $0 < 0xF5 }
  }
}
