import JSON

/// What a `tokenizer_config.json` says beyond `tokenizer.json`.
struct TokenizerConfig {
  let beginOfSequence: String?
  let endOfSequence: String?
  let chatTemplate: String?

  init(parsing bytes: [UInt8]) throws(TokenizerProblem) {
    let value: JSONValue
    do throws(JSONError) { value = try JSONValue(parsing: bytes) } catch { throw .json(error) }
    let fields = try JSONFields(value, path: "")
    beginOfSequence = try fields.tokenText("bos_token")
    endOfSequence = try fields.tokenText("eos_token")
    chatTemplate = try fields.chatTemplate()
  }
}

extension JSONFields {
  /// A token as a string, or as an object with its content.
  fileprivate func tokenText(_ name: String) throws(TokenizerProblem) -> String? {
    guard let value = self[name] else { return nil }
    return try value.object == nil ? string(name) : fields(name).string("content")
  }

  /// A template, or the one named "default" of several.
  fileprivate func chatTemplate() throws(TokenizerProblem) -> String? {
    guard let value = self["chat_template"] else { return nil }
    guard let named = value.array else { return try string("chat_template") }
    for (index, element) in named.enumerated() {
      let entry = try JSONFields(element, path: "chat_template[\(index)]")
      if try entry.string("name") == "default" { return try entry.string("template") }
    }
    return nil
  }
}
