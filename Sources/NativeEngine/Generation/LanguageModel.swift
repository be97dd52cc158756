import ChatTemplate
import Checkpoint
import Foundation
import Tokenization

/// A model folder ready to use: weights in a session, tokenizer and chat template.
public final class LanguageModel {
  public let folder: ModelFolder
  public let tokenizer: Tokenizer
  public let session: Session
  private let template: ChatTemplate?

  /// - Throws: `CheckpointError`, `EngineError`, `TokenizerError` or `ChatTemplateError`.
  public init(contentsOf url: URL, options: Session.Options = .init()) throws {
    folder = try ModelFolder(contentsOf: url)
    tokenizer = try Tokenizer(contentsOf: url)
    template = try tokenizer.chatTemplateSource.map { source in try ChatTemplate(source: source) }
    session = try Session(folder, options: options)
  }

  /// The prompt for a conversation whose next turn is the assistant's.
  ///
  /// - Throws: `.unsupported` where the folder has no chat template, `ChatTemplateError` where it fails.
  public func prompt(for messages: [ChatMessage]) throws -> [TokenID] {
    guard let template else {
      throw EngineError.unsupported("the model folder \(folder.url.path) has no chat template")
    }
    var variables: [(String, TemplateValue)] = []
    for (name, id) in [("bos_token", tokenizer.beginOfSequence), ("eos_token", tokenizer.endOfSequence)] {
      if let id { variables.append((name, .string(tokenizer.decode([id])))) }
    }
    let text = try template.render(messages: messages, addGenerationPrompt: true, variables: variables)
    return tokenizer.encode(text, addSpecialTokens: false)
  }

  /// Whether the token ends a sequence.
  public func isEnd(_ token: TokenID) -> Bool {
    folder.config.eosTokenIDs.isEmpty
      ? token == tokenizer.endOfSequence : folder.config.eosTokenIDs.contains(Int(token))
  }
}
