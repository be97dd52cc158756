import JSON

/// A `tokenizer.json`: its model read, its smaller parts still JSON.
struct TokenizerFile {
  /// Far more than any published one has.
  static let byteLimit = 1 << 28

  let model: ModelObject
  /// The other members, by name.
  let parts: JSONObject

  /// - Throws: `TokenizerProblem` with the field.
  /// - Complexity: O(*n*) in bytes.
  init(parsing bytes: [UInt8]) throws(TokenizerProblem) {
    do throws(TokenizerProblem) {
      self = try bytes.withUnsafeBufferPointer { buffer throws(TokenizerProblem) in try TokenizerFile(buffer) }
    } catch {
      // Reading may have skipped a mistake and stopped later; the parser stops at the first one.
      if case .json = error { _ = try reading(JSONValue(parsing: bytes)) }
      throw error
    }
  }

  private init(_ bytes: UnsafeBufferPointer<UInt8>) throws(TokenizerProblem) {
    var reader = JSONReader(bytes)
    var model: ModelObject?
    var skippedModel: Range<Int>?
    var parts = JSONObject()
    guard reader.peek() == UInt8(ascii: "{") else {
      _ = try reading(JSONValue(parsing: bytes))
      throw .field("byte \(reader.position)", problem: "is not what the format expects there")
    }
    try reader.forEachMember { reader, name throws(TokenizerProblem) in
      if name == "model", reader.peek() == UInt8(ascii: "{") {
        if let spelling = try TokenSpelling.read(parts["decoder"]) {
          model = try reader.readModel(spelling)
        } else {
          skippedModel = try reading(reader.skipValue())
        }
      } else {
        parts[name] = try reading(reader.readValue())
      }
    }
    try reading(reader.expectEnd())
    if let skippedModel {
      // The decoder says how tokens are spelled, so a file that lists it after the model is read twice there.
      reader.position = skippedModel.lowerBound
      model = try reader.readModel(try TokenSpelling.read(parts["decoder"] ?? .null) ?? .characters)
    }
    guard let model else { throw .field("model", problem: "is missing, or is not an object") }
    self.model = model
    self.parts = parts
    if let version = parts["version"], version != "1.0" {
      throw .unsupported(field: "version", value: version.serialized(), supported: ["\"1.0\""])
    }
  }
}

extension TokenSpelling {
  /// How the tokens of a file are spelled, by its `decoder`; nil while it is not known.
  fileprivate static func read(_ decoder: JSONValue?) throws(TokenizerProblem) -> TokenSpelling? {
    guard let decoder else { return nil }
    return try Decoder.read(decoder).isByteLevel ? .byteAlphabet : .characters
  }
}

extension Tokenizer {
  /// Creates a tokenizer from what its file says.
  ///
  /// - Parameter llama: The class whose rules for spaces go before those of the file; nil if there is none.
  /// - Throws: `TokenizerProblem` with the field.
  init(_ file: TokenizerFile, as llama: LlamaTokenizerClass? = nil) throws(TokenizerProblem) {
    var decoder = try Decoder.read(file.parts["decoder"])
    var preTokenizer = try PreTokenizer.read(file.parts["pre_tokenizer"])
    guard preTokenizer.isByteLevel == decoder.isByteLevel else {
      throw .unsupported(
        field: "pre_tokenizer", value: preTokenizer.isByteLevel ? "with a ByteLevel step" : "without a ByteLevel step",
        supported: ["a ByteLevel step, as the last, if the decoder has one"])
    }
    var (tokens, model) = (file.model.tokens, file.model.words)
    var normalizer = try Normalizer.read(file.parts["normalizer"])
    if let llama, !decoder.isByteLevel, case .bytePairs(let pairs) = model {
      (normalizer, preTokenizer, decoder) = (.none, llama.preTokenizer, try llama.decoder())
      model = .bytePairs(llama.model(pairs, tokens: tokens))
    }
    guard !(preTokenizer.tellsStart && normalizer.movesStart) else {
      throw .unsupported(
        field: "normalizer", value: "one that may remove the start of a text",
        supported: ["others, if the pre_tokenizer is Metaspace with the prepend_scheme \"first\""])
    }
    let added = try AddedToken.read(file.parts["added_tokens"], tokens: tokens)
    for token in added {
      // An added token decodes as any other does, as byte-level text if its characters are all in the byte alphabet.
      let content = token.isNormalized ? normalizer.normalized(token.content) : token.content
      tokens.setBytes(tokens.spelling.bytes(of: content) ?? content, of: token.id)
    }
    self.init(
      tokens: tokens, model: model, addedTokens: try AddedTokens(added, normalizer: normalizer),
      normalizer: normalizer, preTokenizer: preTokenizer,
      frame: try SpecialTokenFrame.read(file.parts["post_processor"], tokens: tokens), decoder: decoder)
  }
}
