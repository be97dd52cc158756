import ChatTemplate
import Checkpoint
import Foundation
import JSON
import Tokenization
import WorkerProtocol

/// The model folder that a server is said to serve: its tokenizer, chat template and configuration.
///
/// The weights are read only to prove them.
struct ClaimedFolder {
  let url: URL
  let tokenizer: Tokenizer
  /// Nil if the native checkpoint reader does not know the family.
  let model: ModelFolder?
  /// In tokens.
  let contextLength: Int
  let vocabularySize: Int
  /// The tokens that end a sequence.
  let ends: [Int]
  let conversations: ConversationTemplate

  /// - Throws: `TokenizerError`, `ChatTemplateError`, `WorkerFailure`.
  init(contentsOf url: URL) throws {
    let config = url.appendingPathComponent("config.json")
    guard let data = FileManager.default.contents(atPath: config.path), let json = try? JSONValue(parsing: data) else {
      throw WorkerFailure.badRequest("\(url.path) is not a model folder: it has no config.json that can be read")
    }
    self.url = url
    tokenizer = try Tokenizer(contentsOf: url)
    conversations = try ConversationTemplate(of: tokenizer)
    model = try? ModelFolder(contentsOf: url)
    let text = json["text_config"] ?? json
    contextLength = text["max_position_embeddings"]?.integer ?? 1 << 20
    vocabularySize = text["vocab_size"]?.integer ?? Int(Int32.max)
    let declared = text["eos_token_id"].map { value in value.array?.compactMap(\.integer) ?? [value.integer ?? -1] }
    ends = model?.config.eosTokenIDs ?? declared?.filter { $0 >= 0 } ?? tokenizer.endOfSequence.map { [Int($0)] } ?? []
  }

  func tokens(of text: String) -> [Int32] { tokenizer.encode(text, addSpecialTokens: false) }

  /// The tokens of a conversation, with the start of the assistant's turn.
  ///
  /// - Throws: `.badRequest` if the folder has no chat template, `ChatTemplateError`.
  func tokens(of turns: [ChatTurn], tools: [JSONValue]?, thinking: Bool?) throws -> [Int32] {
    let messages = turns.map { ChatMessage(role: $0.role, content: $0.content, extra: $0.extra) }
    guard let tokens = try conversations.prompt(for: messages, tools: tools, thinking: thinking) else {
      throw WorkerFailure.badRequest("the model folder \(url.path) has no chat template")
    }
    return tokens
  }
}
