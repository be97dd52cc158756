import ChatTemplate
import Checkpoint
import Envelopes
import Foundation
import JSON
import ModelRegistry
import NativeEngine
import Tokenization

/// Reads mutants with the readers that a worker reads a model folder with.
struct MutantReader {
  let kind: FileKind
  /// The model folder that the mutant is a part of.
  let folder: URL
  private let conversations: [Seeds.Conversation]

  init(kind: FileKind, folder: URL, tests: URL) throws {
    (self.kind, self.folder) = (kind, folder)
    conversations = kind == .template ? try Seeds.conversations(in: tests) : []
    if kind == .safetensors {
      try Data(TinyCheckpoint.config.utf8).write(to: folder.appendingPathComponent(FileKind.config.fileName))
    }
    if kind == .config {
      // Sizes of the configuration meet those of tensors.
      try Data(TinyCheckpoint(hasExperts: true).bytes).write(
        to: folder.appendingPathComponent(FileKind.safetensors.fileName))
    }
  }

  /// Puts the mutant into the folder.
  func place(_ mutant: [UInt8]) throws {
    try Data(mutant).write(to: file)
  }

  /// Bytes that are read with the mutant of that number.
  func contextBytes(_ number: Int) -> Int { conversation(number)?.byteCount ?? 0 }

  private func conversation(_ number: Int) -> Seeds.Conversation? {
    conversations.isEmpty ? nil : conversations[number % conversations.count]
  }

  private var file: URL { folder.appendingPathComponent(kind.fileName) }

  /// Reads what was placed; false if it is refused.
  func accepts(_ number: Int) -> Bool {
    do {
      switch kind {
      case .config: try readConfig()
      case .tokenizer: try readTokenizer()
      case .safetensors: try readWeights()
      case .template: try render(number)
      case .gguf:
        _ = try GGUFFile(contentsOf: file)
        // What can be read may still be of no family that can be imported.
        _ = try? ModelImporter.explainGGUF(file)
      case .envelope: _ = try Envelope(contentsOf: file).summaryText
      case .registry: _ = try Registry(parsing: Array(Data(contentsOf: file)))
      }
      return true
    } catch {
      _ = "\(error)"
      return false
    }
  }

  private func readConfig() throws {
    _ = try ModelInspection(contentsOf: folder, hashes: false)
    let config = try ModelConfig(contentsOf: folder)
    _ = SequenceMemory(of: folder)?.byteCount(tokens: config.maxPositionEmbeddings, elementBytes: 4)
    try Families.check(config)
    _ = try? Families.check(try ModelFolder(contentsOf: folder))
  }

  private func readTokenizer() throws {
    let tokenizer = try Tokenizer(contentsOf: folder)
    let ids = tokenizer.encode(Self.text)
    _ = tokenizer.decode(ids)
    var stream = TokenStream(tokenizer)
    for id in ids { _ = stream.append(id) }
    _ = stream.finish()
    _ = tokenizer.decode((0..<64).map { TokenID($0) }, skipSpecialTokens: true)
  }

  private func readWeights() throws {
    let file = try SafetensorsFile(contentsOf: file)
    for tensor in file.tensors.values {
      try tensor.validateFinite()
      guard tensor.type.isRowType, tensor.rowCount > 0 else { continue }
      var row = [Float](repeating: 0, count: tensor.columnCount)
      row.withUnsafeMutableBufferPointer { tensor.copyRow(tensor.rowCount - 1, into: $0) }
    }
    _ = try ModelInspection(contentsOf: folder, hashes: true)
    try Families.check(try ModelFolder(contentsOf: folder))
  }

  private func render(_ number: Int) throws {
    let bytes = try Data(contentsOf: file)
    guard let source = String(validating: bytes, as: UTF8.self), let conversation = conversation(number) else {
      throw CocoaError(.fileReadInapplicableStringEncoding)
    }
    _ = try ChatTemplate(source: source).render(
      messages: conversation.messages, tools: conversation.tools, addGenerationPrompt: true,
      variables: conversation.variables)
  }

  private static let text = """
    Hello, world! It's 12:30 — naïve café, 東京タワー, \u{1F600}\u{1F3FD} <|im_start|>user
    \tfunc f(x: Int) -> Int { return x * 42 }   \r\n\r\n</s><0x0A>▁▁a  b   c
    """ + String(repeating: "abcdefghij klmnop 0123456789 ", count: 200) + String(repeating: " ", count: 3000)
    + String(repeating: "a", count: 3000) + String(repeating: "ab1.", count: 1000)
}
