import JSON

/// The byte-level BPE tokenizer inside a GGUF file, checked so that what is written from it can be loaded.
struct GGUFTokenizer {
  let kind: PreTokenizerKind
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
  let chatTemplate: String?

  /// Reads and checks the `tokenizer.*` metadata.
  init(_ file: GGUFFile) throws(GGUFProblem) {
    let model = try file.string("tokenizer.ggml.model")
    guard model == "gpt2" else {
      throw .unsupported(field: "tokenizer.ggml.model", value: model, supported: ["gpt2"])
    }
    kind = try PreTokenizerKind(ggufName: try file.string("tokenizer.ggml.pre"))
    tokens = try Self.strings(file, "tokenizer.ggml.tokens")
    (controlIDs, userDefinedIDs) = try Self.addedTokens(file, tokenCount: tokens.count)
    let ids = try Self.index(tokens)
    merges = try Self.merges(file, ids: ids)
    bosID = try Self.id(file, "bos", tokenCount: tokens.count)
    eosID = try Self.id(file, "eos", tokenCount: tokens.count)
    endOfTurnID = try Self.id(file, "eot", tokenCount: tokens.count)
    unknownID = try Self.id(file, "unknown", tokenCount: tokens.count)
    paddingID = try Self.id(file, "padding", tokenCount: tokens.count)
    addsBOS = file.metadata["tokenizer.ggml.add_bos_token"]?.bool ?? kind.addsBOSByDefault
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

  private static func addedTokens(_ file: GGUFFile, tokenCount: Int) throws(GGUFProblem) -> ([Int], [Int]) {
    let types = try file.array("tokenizer.ggml.token_type")
    guard types.count == tokenCount else {
      throw .badField("tokenizer.ggml.token_type", problem: "has \(types.count) elements for \(tokenCount) tokens")
    }
    return (types.indices.filter { types[$0].integer == 3 }, types.indices.filter { types[$0].integer == 4 })
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
