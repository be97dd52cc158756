import JSON

/// The tokenizer inside a GGUF file, checked so that what is written from it can be loaded.
struct GGUFTokenizer {
  /// What text consists of before tokens are merged.
  enum Kind: Equatable {
    /// The bytes of words.
    case byteLevel(PreTokenizerKind)
    /// Characters, those of spaces `▁`.
    ///
    /// - Parameters:
    ///   - addsSpacePrefix: Whether a space is put before text.
    ///   - hasBytes: Whether bytes stand for characters that are no token.
    case sentencePiece(addsSpacePrefix: Bool, hasBytes: Bool)
  }

  let kind: Kind
  /// By id.
  let tokens: [String]
  /// Never part of plain text, e.g. `<|im_end|>`.
  let controlIDs: [Int]
  /// Matched whole in plain text.
  let userDefinedIDs: [Int]
  let merges: [(String, String)]
  let bosID: Int?
  let eosID: Int?
  /// Ends a turn, if that is another token than `eosID`.
  let endOfTurnID: Int?
  let unknownID: Int?
  let paddingID: Int?
  let addsBOS: Bool
  let addsEOS: Bool
  let chatTemplate: String?

  /// Reads and checks the `tokenizer.*` metadata.
  init(_ file: GGUFFile) throws(GGUFProblem) {
    let model = try file.string("tokenizer.ggml.model")
    guard ["gpt2", "llama"].contains(model) else {
      throw .unsupported(field: "tokenizer.ggml.model", value: model, supported: ["gpt2", "llama"])
    }
    let words = model == "gpt2" ? try PreTokenizerKind(ggufName: try file.string("tokenizer.ggml.pre")) : nil
    let spelled = try Self.strings(file, "tokenizer.ggml.tokens")
    let types = try Self.types(file, tokenCount: spelled.count)
    if let words {
      (kind, tokens) = (.byteLevel(words), spelled)
      merges = try Self.merges(file, ids: try Self.index(tokens))
      controlIDs = types.indices.filter { types[$0] == .control }
    } else {
      tokens = spelled.map(Self.sentencePiece)
      (kind, merges) = try Self.sentencePieces(file, tokens: tokens, types: types)
      controlIDs = types.indices.filter { types[$0] == .control || types[$0] == .unknown }
    }
    userDefinedIDs = types.indices.filter { types[$0] == .userDefined }
    unknownID =
      try Self.id(file, "unknown", tokenCount: tokens.count) ?? (words == nil ? types.firstIndex(of: .unknown) : nil)
    bosID = try Self.id(file, "bos", tokenCount: tokens.count)
    eosID = try Self.id(file, "eos", tokenCount: tokens.count)
    endOfTurnID = try Self.id(file, "eot", tokenCount: tokens.count)
    paddingID = try Self.id(file, "padding", tokenCount: tokens.count)
    addsBOS = file.metadata["tokenizer.ggml.add_bos_token"]?.bool ?? kind.addsBOSByDefault
    addsEOS = file.metadata["tokenizer.ggml.add_eos_token"]?.bool ?? false
    chatTemplate = file.metadata["tokenizer.chat_template"]?.string
  }

  private static func strings(_ file: GGUFFile, _ key: String) throws(GGUFProblem) -> [String] {
    var texts: [String] = []
    for (index, element) in try file.array(key).enumerated() {
      guard let text = element.string else { throw .badField("\(key)[\(index)]", problem: "is not a string") }
      texts.append(text)
    }
    return texts
  }

  private static func types(_ file: GGUFFile, tokenCount: Int) throws(GGUFProblem) -> [GGUFTokenType] {
    let types = try file.array("tokenizer.ggml.token_type")
    guard types.count == tokenCount else {
      throw .badField("tokenizer.ggml.token_type", problem: "has \(types.count) elements for \(tokenCount) tokens")
    }
    return types.map { $0.integer.flatMap(GGUFTokenType.init(rawValue:)) ?? .normal }
  }

  /// Ids by the tokens' bytes: strings that look the same compare equal, but are different tokens.
  private static func index(_ tokens: [String]) throws(GGUFProblem) -> [[UInt8]: Int] {
    var ids: [[UInt8]: Int] = [:]
    ids.reserveCapacity(tokens.count)
    for (id, token) in tokens.enumerated() where ids.updateValue(id, forKey: Array(token.utf8)) != nil {
      throw .duplicate(field: "tokenizer.ggml.tokens[\(id)] \"\(token)\"")
    }
    return ids
  }

  private static func merges(_ file: GGUFFile, ids: [[UInt8]: Int]) throws(GGUFProblem) -> [(String, String)] {
    var pairs: [(String, String)] = []
    for (index, merge) in try strings(file, "tokenizer.ggml.merges").enumerated() {
      let parts = merge.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 2, ids[Array(parts[0].utf8)] != nil, ids[Array(parts[1].utf8)] != nil,
        ids[Array((parts[0] + parts[1]).utf8)] != nil
      else {
        throw .badField("tokenizer.ggml.merges[\(index)]", problem: "does not join two tokens into a third")
      }
      pairs.append((String(parts[0]), String(parts[1])))
    }
    return pairs
  }

  private static func id(_ file: GGUFFile, _ role: String, tokenCount: Int) throws(GGUFProblem) -> Int? {
    let key = "tokenizer.ggml.\(role)_token_id"
    guard let value = file.metadata[key] else { return nil }
    guard let id = value.integer, (0..<tokenCount).contains(id) else {
      throw .badField(key, problem: "is not the id of one of \(tokenCount) tokens")
    }
    return id
  }
}

/// SentencePiece.
extension GGUFTokenizer {
  /// A piece as SentencePiece spells it: converters write those of several spaces as they are.
  private static func sentencePiece(_ token: String) -> String {
    let isSpaces = token.utf8.count > 1 && token.utf8.allSatisfy { $0 == UInt8(ascii: " ") }
    return isSpaces ? String(repeating: "▁", count: token.utf8.count) : token
  }

  private static func sentencePieces(
    _ file: GGUFFile, tokens: [String], types: [GGUFTokenType]
  ) throws(GGUFProblem) -> (Kind, [(String, String)]) {
    let ids = try index(tokens)
    let kind = Kind.sentencePiece(
      addsSpacePrefix: file.metadata["tokenizer.ggml.add_space_prefix"]?.bool ?? true, hasBytes: types.contains(.byte))
    if file.metadata["tokenizer.ggml.merges"] != nil { return (kind, try merges(file, ids: ids)) }
    let scores = try file.array("tokenizer.ggml.scores")
    guard scores.count == tokens.count else {
      throw .badField("tokenizer.ggml.scores", problem: "has \(scores.count) elements for \(tokens.count) tokens")
    }
    return (kind, try sentencePieceMerges(tokens, scores: scores.map { $0.number ?? .nan }, types))
  }
}

/// The values of `tokenizer.ggml.token_type`.
enum GGUFTokenType: Int {
  case normal = 1
  case unknown, control, userDefined, unused, byte

  /// Whether text becomes such a piece by merging.
  var isMerged: Bool { self == .normal || self == .userDefined || self == .unused }
}
