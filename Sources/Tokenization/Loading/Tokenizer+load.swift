import Foundation

extension Tokenizer {
  /// Loads the tokenizer of a model folder: `tokenizer.json`, and where present `tokenizer_config.json` and
  /// `chat_template.jinja`.
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

  /// The bytes of a file, or nil where it does not exist.
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
}
