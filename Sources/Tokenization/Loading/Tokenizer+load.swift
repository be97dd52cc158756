import Foundation
import JSON

extension Tokenizer {
  /// Loads the tokenizer of a model folder: `tokenizer.json`, and `tokenizer_config.json` and `chat_template.jinja` if
  /// they are there.
  ///
  /// - Throws: `TokenizerError` with the file and the field.
  /// - Complexity: O(*n*) in the files' bytes.
  public init(contentsOf folder: URL) throws(TokenizerError) {
    let file = folder.appendingPathComponent("tokenizer.json")
    guard let bytes = try Self.read(file) else { throw .notFound(file.path) }
    do throws(TokenizerProblem) {
      try self.init(TokenizerFile(parsing: bytes))
    } catch {
      throw .invalid(file: file.path, error)
    }
    let configuration = folder.appendingPathComponent("tokenizer_config.json")
    if let bytes = try Self.read(configuration) {
      do throws(TokenizerProblem) {
        try apply(TokenizerConfig(parsing: bytes))
      } catch {
        throw .invalid(file: configuration.path, error)
      }
    }
    let template = folder.appendingPathComponent("chat_template.jinja")
    if let bytes = try Self.read(template) {
      guard let source = String(validating: bytes, as: UTF8.self) else {
        throw .unreadable(template.path, reason: "it is not UTF-8")
      }
      chatTemplateSource = source
    }
  }

  /// The bytes of a file, or nil if it does not exist.
  private static func read(_ file: URL) throws(TokenizerError) -> [UInt8]? {
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    do {
      let data = try Data(contentsOf: file, options: .mappedIfSafe)
      guard data.count <= TokenizerFile.byteLimit else {
        throw TokenizerError.tooLarge(file.path, bytes: data.count, limit: TokenizerFile.byteLimit)
      }
      return [UInt8](data)
    } catch let error as TokenizerError {
      throw error
    } catch {
      throw .unreadable(file.path, reason: error.localizedDescription)
    }
  }

  /// Adopts what the configuration names.
  ///
  /// - Throws: `.field` for a token that the tokenizer does not have.
  private mutating func apply(_ config: TokenizerConfig) throws(TokenizerProblem) {
    beginOfSequence = try id(of: config.beginOfSequence, field: "bos_token")
    endOfSequence = try id(of: config.endOfSequence, field: "eos_token")
    chatTemplateSource = config.chatTemplate
  }

  private func id(of text: String?, field: String) throws(TokenizerProblem) -> TokenID? {
    guard let text else { return nil }
    guard let id = tokenID(of: text) else {
      throw .field(field, problem: "is \"\(text)\", which is not a token of tokenizer.json")
    }
    return id
  }
}

/// What a `tokenizer_config.json` says beyond `tokenizer.json`.
private struct TokenizerConfig {
  let beginOfSequence: String?
  let endOfSequence: String?
  let chatTemplate: String?

  init(parsing bytes: [UInt8]) throws(TokenizerProblem) {
    let fields = try JSONFields(try reading(JSONValue(parsing: bytes)), path: "")
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
