import ChatTemplate
import Checkpoint
import Foundation
import JSON
import Tokenization
import WorkerProtocol

/// A model folder ready to use: weights in a session, tokenizer and chat template.
public final class LanguageModel {
  public let folder: ModelFolder
  public let tokenizer: Tokenizer
  public let session: Session
  public let conversations: ConversationTemplate

  /// - Parameter placement: Where the weights stand.
  /// - Throws: `CheckpointError`, `EngineError`, `TokenizerError` or `ChatTemplateError`.
  public init(
    contentsOf url: URL, options: Session.Options = .init(), placement: MappedFile.Placement = .cache
  ) throws {
    // Refused before weights take memory.
    try Families.check(ModelConfig(contentsOf: url))
    folder = try ModelFolder(contentsOf: url, placement: placement)
    tokenizer = try Tokenizer(contentsOf: url)
    conversations = try ConversationTemplate(of: tokenizer)
    session = try Session(folder, options: options)
  }

  /// The prompt for a conversation whose next turn is the assistant's.
  ///
  /// - Throws: `EngineError.unsupported` if the folder has no chat template, `ChatTemplateError` if it fails.
  public func prompt(
    for turns: [ChatTurn], tools: [JSONValue]? = nil, thinking: Bool? = nil
  ) throws -> [TokenID] {
    let messages = turns.map { ChatMessage(role: $0.role, content: $0.content, extra: $0.extra) }
    guard let tokens = try conversations.prompt(for: messages, tools: tools, thinking: thinking) else {
      throw EngineError.unsupported("the model folder \(folder.url.path) has no chat template")
    }
    return tokens
  }

  /// Whether the token ends a sequence.
  public func isEnd(_ token: TokenID) -> Bool {
    folder.config.eosTokenIDs.isEmpty
      ? token == tokenizer.endOfSequence : folder.config.eosTokenIDs.contains(Int(token))
  }
}
