import JSON

/// A `tokenizer.json`, its large parts read and its small ones still JSON.
struct TokenizerFile {
  /// Far more than any published one has.
  static let byteLimit = 1 << 28

  let model: BytePairModel
  /// The other members, by name.
  let parts: JSONObject

  /// - Throws: `TokenizerProblem` with the field.
  /// - Complexity: O(*n*) in bytes.
  init(parsing bytes: [UInt8]) throws(TokenizerProblem) {
    let result = bytes.withUnsafeBufferPointer { buffer -> Result<TokenizerFile, TokenizerProblem> in
      do throws(TokenizerProblem) { return .success(try TokenizerFile(buffer)) } catch { return .failure(error) }
    }
    self = try result.get()
  }

  private init(_ bytes: UnsafeBufferPointer<UInt8>) throws(TokenizerProblem) {
    var reader = JSONReader(bytes)
    var model: BytePairModel?
    var parts = JSONObject()
    try reader.forEachMember { reader, name throws(TokenizerProblem) in
      if name == "model", reader.peek() == UInt8(ascii: "{") {
        model = try reader.readModel()
      } else {
        parts[name] = try reader.readValue()
      }
    }
    guard reader.peek() == nil else { throw reader.syntaxProblem() }
    guard let model else { throw .field("model", problem: "is no object, or missing") }
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
