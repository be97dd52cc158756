import JSON

/// What the `model` object of a file says.
struct ModelObject {
  let tokens: TokenTable
  let words: WordModel
}

/// The kinds of models, by their `type`.
enum ModelKind: String, CaseIterable {
  case bytePairs = "BPE"
  case unigram = "Unigram"
  case wordLevel = "WordLevel"
  case wordPiece = "WordPiece"

  init(_ fields: JSONFields) throws(TokenizerProblem) {
    let name = try fields.string("type")
    guard let kind = Self(rawValue: name) else {
      throw fields.unread(.model, kind: name, read: Self.allCases.map(\.rawValue))
    }
    self = kind
  }
}

extension JSONReader {
  /// Reads the `model` object.
  ///
  /// - Throws: `TokenizerProblem` with the path of the field.
  mutating func readModel(_ spelling: TokenSpelling) throws(TokenizerProblem) -> ModelObject {
    var parts = ModelParts()
    try forEachMember { reader, name throws(TokenizerProblem) in
      switch (name, reader.peek(), parts.tokens) {
      case ("vocab", UInt8(ascii: "{"), _): parts.tokens = try reader.readVocabulary(spelling)
      case ("vocab", UInt8(ascii: "["), _): (parts.tokens, parts.scores) = try reader.readScoredVocabulary()
      case ("merges", UInt8(ascii: "["), let tokens): try reader.readMerges(of: tokens, into: &parts)
      default:
        parts.options[name] = try reading(reader.readValue())
        // Of a kind that is not known, no more is to be understood.
        if name == "type" { _ = try ModelKind(try parts.fields) }
      }
    }
    let fields = try parts.fields
    let kind = try parts.kind
    guard let tokens = parts.tokens, (kind == .unigram) == (parts.scores != nil) else {
      throw .field("model.vocab", problem: "is missing, or is not an \(kind == .unigram ? "array" : "object")")
    }
    guard kind == .bytePairs || spelling == .characters else {
      throw .unsupported(field: "model.type", value: "\(kind.rawValue) after ByteLevel", supported: ["BPE"])
    }
    switch kind {
    case .bytePairs:
      let merges = try readMerges(parts, of: tokens)
      return ModelObject(
        tokens: tokens, words: .bytePairs(try BytePairModel(tokens: tokens, merges: merges, options: fields)))
    case .unigram:
      return ModelObject(
        tokens: tokens,
        words: .unigram(try UnigramModel(tokens: tokens, scores: parts.scores ?? [], options: fields)))
    case .wordLevel:
      return ModelObject(tokens: tokens, words: .words(try WordLevelModel(tokens: tokens, options: fields)))
    case .wordPiece:
      return ModelObject(tokens: tokens, words: .wordPieces(try WordPieceModel(tokens: tokens, options: fields)))
    }
  }

  /// Reads merges as far as what was read before lets.
  ///
  /// They name tokens and drop a prefix, so where a file lists them before either they are read again in the end.
  private mutating func readMerges(
    of tokens: TokenTable?, into parts: inout ModelParts
  ) throws(TokenizerProblem) {
    let start = position
    parts.mergesStart = start
    parts.mergePrefix = parts.continuingPrefix
    do throws(TokenizerProblem) {
      parts.merges = try tokens.map { tokens throws(TokenizerProblem) in
        try readMerges(of: tokens, dropping: parts.mergePrefix)
      }
    } catch {
      guard case .field = error, parts.options[ModelParts.prefixName] == nil else { throw error }
      position = start
    }
    if parts.merges == nil { _ = try reading(skipValue()) }
  }

  /// The merges of a model that has been read.
  private func readMerges(_ parts: ModelParts, of tokens: TokenTable) throws(TokenizerProblem) -> MergeTable {
    guard let start = parts.mergesStart else {
      throw .field("model.merges", problem: "is missing, or is not an array")
    }
    if let merges = parts.merges, parts.mergePrefix == parts.continuingPrefix { return merges }
    var reader = self
    reader.position = start
    return try reader.readMerges(of: tokens, dropping: parts.continuingPrefix)
  }
}

/// The members of a `model` object, in whatever order they come.
private struct ModelParts {
  var options = JSONObject()
  var tokens: TokenTable?
  var scores: [Double]?
  var merges: MergeTable?
  var mergesStart: Int?
  var mergePrefix: [UInt8] = []

  var fields: JSONFields {
    get throws(TokenizerProblem) { try JSONFields(.object(options), path: "model") }
  }

  static let prefixName = "continuing_subword_prefix"

  var continuingPrefix: [UInt8] { Array((options[Self.prefixName]?.string ?? "").utf8) }

  /// The oldest files, GPT-2's own among them, do not name the type; the other members tell.
  var kind: ModelKind {
    get throws(TokenizerProblem) {
      if options["type"] != nil { return try ModelKind(try fields) }
      if scores != nil { return .unigram }
      if mergesStart != nil { return .bytePairs }
      if options["max_input_chars_per_word"] != nil { return .wordPiece }
      return options["unk_token"] == nil ? .bytePairs : .wordLevel
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
