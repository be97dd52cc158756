import Foundation
import JSON
import Platform

extension Tokenizer {
  /// Loads the tokenizer of a model folder: `tokenizer.json`, and `tokenizer_config.json`, `chat_template.jinja` and
  /// `additional_chat_templates/tool_use.jinja` if they are there.
  ///
  /// Of templates in both places, those in files of their own count, as for transformers.
  ///
  /// - Throws: `TokenizerError` with the file and the field.
  /// - Complexity: O(*n*) in the files' bytes.
  public init(contentsOf folder: URL) throws(TokenizerError) {
    let file = folder.appendingPathComponent("tokenizer.json")
    guard let bytes = try Self.read(file) else { throw .notFound(file.path) }
    let config = try TokenizerConfig(in: folder)
    do throws(TokenizerProblem) {
      try self.init(TokenizerFile(parsing: bytes), as: config?.llama)
    } catch {
      throw .invalid(file: file.path, error)
    }
    if let config {
      do throws(TokenizerProblem) { try apply(config) } catch {
        throw .invalid(file: folder.appendingPathComponent(TokenizerConfig.fileName).path, error)
      }
    }
    if let source = try Self.readText(folder.appendingPathComponent("chat_template.jinja")) {
      chatTemplateSource = source
      toolTemplateSource = nil
    }
    let additional = folder.appendingPathComponent("additional_chat_templates")
    if let source = try Self.readText(additional.appendingPathComponent("tool_use.jinja")) {
      toolTemplateSource = source
    }
  }

  /// The text of a file, or nil if it does not exist.
  private static func readText(_ file: URL) throws(TokenizerError) -> String? {
    guard let bytes = try read(file) else { return nil }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .unreadable(file.path, reason: "it is not UTF-8")
    }
    return text
  }

  /// The bytes of a file, or nil if it does not exist.
  fileprivate static func read(_ file: URL) throws(TokenizerError) -> [UInt8]? {
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    let bytes: [UInt8]
    do throws(FileSystemError) {
      bytes = try RegularFile.read(file.path, upTo: TokenizerFile.byteLimit + 1)
    } catch {
      throw .unreadable(file.path, reason: error.reason)
    }
    guard bytes.count <= TokenizerFile.byteLimit else {
      let size = FileStatus(ofFileAt: file.path)?.size ?? bytes.count
      throw TokenizerError.tooLarge(file.path, bytes: size, limit: TokenizerFile.byteLimit)
    }
    return bytes
  }

  /// Adopts what the configuration names.
  ///
  /// - Throws: `.field` for a token that the tokenizer does not have.
  private mutating func apply(_ config: TokenizerConfig) throws(TokenizerProblem) {
    beginOfSequence = try id(of: config.beginOfSequence, field: "bos_token")
    endOfSequence = try id(of: config.endOfSequence, field: "eos_token")
    chatTemplateSource = config.chatTemplate
    toolTemplateSource = config.toolTemplate
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
  static let fileName = "tokenizer_config.json"

  let beginOfSequence: String?
  let endOfSequence: String?
  let chatTemplate: String?
  let toolTemplate: String?
  let llama: LlamaTokenizerClass?

  /// Nil if the folder has none.
  init?(in folder: URL) throws(TokenizerError) {
    let file = folder.appendingPathComponent(Self.fileName)
    guard let bytes = try Tokenizer.read(file) else { return nil }
    // Another reader says what is wrong with that file.
    let model = try? Tokenizer.read(folder.appendingPathComponent("config.json")).map { try JSONValue(parsing: $0) }
    do throws(TokenizerProblem) {
      try self.init(parsing: bytes, modelType: model?["model_type"]?.string)
    } catch {
      throw .invalid(file: file.path, error)
    }
  }

  private init(parsing bytes: [UInt8], modelType: String?) throws(TokenizerProblem) {
    let fields = try JSONFields(try reading(JSONValue(parsing: bytes)), path: "")
    beginOfSequence = try fields.tokenText("bos_token")
    endOfSequence = try fields.tokenText("eos_token")
    chatTemplate = try fields.chatTemplate(named: "default")
    toolTemplate = try fields["chat_template"]?.array == nil ? nil : fields.chatTemplate(named: "tool_use")
    llama = try LlamaTokenizerClass(fields, modelType: modelType)
  }
}

extension JSONFields {
  /// A token as a string, or as an object with its content.
  fileprivate func tokenText(_ name: String) throws(TokenizerProblem) -> String? {
    guard let value = self[name] else { return nil }
    return try value.object == nil ? string(name) : fields(name).string("content")
  }

  /// A template, or the one of the name of several.
  fileprivate func chatTemplate(named name: String) throws(TokenizerProblem) -> String? {
    guard let value = self["chat_template"] else { return nil }
    guard let named = value.array else { return try string("chat_template") }
    for (index, element) in named.enumerated() {
      let entry = try JSONFields(element, path: "chat_template[\(index)]")
      if try entry.string("name") == name { return try entry.string("template") }
    }
    return nil
  }
}
