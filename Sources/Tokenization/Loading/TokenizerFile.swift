import JSON

/// A `tokenizer.json`: its model read, its smaller parts still JSON.
struct TokenizerFile {
  /// Far more than any published one has.
  static let byteLimit = 1 << 28

  let model: BytePairModel
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
    var model: BytePairModel?
    var parts = JSONObject()
    guard reader.peek() == UInt8(ascii: "{") else {
      _ = try reading(JSONValue(parsing: bytes))
      throw .field("byte \(reader.position)", problem: "is not what the format expects there")
    }
    try reader.forEachMember { reader, name throws(TokenizerProblem) in
      if name == "model", reader.peek() == UInt8(ascii: "{") {
        model = try reader.readModel()
      } else {
        parts[name] = try reading(reader.readValue())
      }
    }
    try reading(reader.expectEnd())
    guard let model else { throw .field("model", problem: "is missing, or is not an object") }
    self.model = model
    self.parts = parts
    if let version = parts["version"], version != "1.0" {
      throw .unsupported(field: "version", value: version.serialized(), supported: ["\"1.0\""])
    }
    try requireByteLevelDecoder()
  }

  private func requireByteLevelDecoder() throws(TokenizerProblem) {
    let type = try parts["decoder"].map { decoder throws(TokenizerProblem) in
      decoder == .null ? "null" : try JSONFields(decoder, path: "decoder").string("type")
    }
    guard type == "ByteLevel" else {
      throw .unsupported(field: "decoder", value: type ?? "missing", supported: ["ByteLevel"])
    }
  }
}

extension Tokenizer {
  /// Creates a tokenizer from what its file says.
  ///
  /// - Throws: `TokenizerProblem` with the field.
  init(_ file: TokenizerFile) throws(TokenizerProblem) {
    var model = file.model
    let normalizer = try Normalizer.read(file.parts["normalizer"])
    let added = try AddedToken.read(file.parts["added_tokens"], tokens: model.tokens)
    for token in added {
      // An added token decodes as byte-level text, as any other does, if its characters are all in the byte alphabet.
      let spelling = token.isNormalized ? normalizer.normalized(token.content) : token.content
      model.tokens.setBytes(ByteAlphabet.bytes(spelledBy: spelling) ?? spelling, of: token.id)
    }
    self.init(
      model: model, addedTokens: try AddedTokens(added, normalizer: normalizer), normalizer: normalizer,
      preTokenizer: try PreTokenizer.read(file.parts["pre_tokenizer"]),
      frame: try SpecialTokenFrame.read(file.parts["post_processor"], tokens: model.tokens))
  }
}
