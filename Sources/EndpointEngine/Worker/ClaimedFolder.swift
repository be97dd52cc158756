import ChatTemplate
import Checkpoint
import Foundation
import JSON
import Tokenization
import WorkerProtocol

/// The model folder that a server is said to serve: its tokenizer, chat template and configuration. The weights are read
/// only to prove them.
struct ClaimedFolder {
  let url: URL
  let tokenizer: Tokenizer
  /// Nil where the native checkpoint reader does not know the family.
  let model: ModelFolder?
  /// In tokens.
  let contextLength: Int
  let vocabularySize: Int
  /// The tokens that end a sequence.
  let ends: [Int]
  private let template: ChatTemplate?

  /// - Throws: `TokenizerError`, `ChatTemplateError`, `WorkerFailure`.
  init(contentsOf url: URL) throws {
    let config = url.appendingPathComponent("config.json")
    guard let data = FileManager.default.contents(atPath: config.path), let json = try? JSONValue(parsing: data) else {
      throw WorkerFailure.badRequest("\(url.path) is not a model folder: it has no config.json that can be read")
    }
    self.url = url
    tokenizer = try Tokenizer(contentsOf: url)
    template = try tokenizer.chatTemplateSource.map { source in try ChatTemplate(source: source) }
    model = try? ModelFolder(contentsOf: url)
    let text = json["text_config"] ?? json
    contextLength = text["max_position_embeddings"]?.integer ?? 1 << 20
    vocabularySize = text["vocab_size"]?.integer ?? Int(Int32.max)
    let declared = text["eos_token_id"].map { value in value.array?.compactMap(\.integer) ?? [value.integer ?? -1] }
    ends = model?.config.eosTokenIDs ?? declared?.filter { $0 >= 0 } ?? tokenizer.endOfSequence.map { [Int($0)] } ?? []
  }

  var templateSource: String { tokenizer.chatTemplateSource ?? "" }

  func tokens(of text: String) -> [Int32] { tokenizer.encode(text, addSpecialTokens: false) }

  /// A conversation as the model reads it, the assistant's turn begun.
  ///
  /// - Throws: `.badRequest` where the folder has no chat template, `ChatTemplateError`.
  func tokens(of turns: [ChatTurn], tools: [JSONValue]?, thinking: Bool?) throws -> [Int32] {
    guard let template else { throw WorkerFailure.badRequest("the model folder \(url.path) has no chat template") }
    var variables: [(String, TemplateValue)] = []
    for (name, id) in [("bos_token", tokenizer.beginOfSequence), ("eos_token", tokenizer.endOfSequence)] {
      if let id { variables.append((name, .string(tokenizer.decode([id])))) }
    }
    if let thinking { variables.append(("enable_thinking", .boolean(thinking))) }
    let messages = turns.map { turn in
      ChatMessage(
        role: turn.role, content: turn.content,
        extra: turn.extra.members.map { ($0.name, TemplateValue(json: $0.value)) })
    }
    let text = try template.render(
      messages: messages, tools: tools.map { $0.map(TemplateValue.init(json:)) }, addGenerationPrompt: true,
      variables: variables)
    return tokens(of: text)
  }
}

extension TemplateValue {
  /// The JSON value as a template reads it, members in their order.
  fileprivate init(json: JSONValue) {
    self =
      switch json {
      case .null: .null
      case .bool(let value): .boolean(value)
      case .integer(let value): .integer(value)
      case .number(let value): .number(value)
      case .string(let text): .string(text)
      case .array(let elements): .array(elements.map(TemplateValue.init(json:)))
      case .object(let object):
        .object(TemplateObject(object.members.map { ($0.name, TemplateValue(json: $0.value)) }))
      }
  }
}
