import ChatTemplate
import Checkpoint
import Foundation
import Tokenization
import ToolCalls

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
  /// - Parameters:
  ///   - tools: The tools' definitions; nil where there are none.
  ///   - thinking: The switch for reasoning, for a template that has one; nil leaves it as it is.
  /// - Throws: `.unsupported` where the folder has no chat template, `ChatTemplateError` where it fails.
  public func prompt(
    for messages: [ChatMessage], tools: [TemplateValue]? = nil, thinking: Bool? = nil
  ) throws -> [TokenID] {
    guard let template else {
      throw EngineError.unsupported("the model folder \(folder.url.path) has no chat template")
    }
    var variables: [(String, TemplateValue)] = []
    for (name, id) in [("bos_token", tokenizer.beginOfSequence), ("eos_token", tokenizer.endOfSequence)] {
      if let id { variables.append((name, .string(tokenizer.decode([id])))) }
    }
    if let thinking { variables.append(("enable_thinking", .boolean(thinking))) }
    let text = try template.render(
      messages: messages, tools: tools, addGenerationPrompt: true, variables: variables)
    return tokenizer.encode(text, addSpecialTokens: false)
  }

  /// Whether the chat template reads tool definitions.
  public var templateTakesTools: Bool { tokenizer.chatTemplateSource?.contains(/\btools\b/) ?? false }

  /// Whether the chat template has a switch for reasoning.
  public var templateTakesThinking: Bool { tokenizer.chatTemplateSource?.contains("enable_thinking") ?? false }

  /// The parser for the calls that the chat template asks for, if it is a known one.
  public var callParser: CallParser? { tokenizer.chatTemplateSource.flatMap(CallParser.init(chatTemplate:)) }

  /// Whether the token ends a sequence.
  public func isEnd(_ token: TokenID) -> Bool {
    folder.config.eosTokenIDs.isEmpty
      ? token == tokenizer.endOfSequence : folder.config.eosTokenIDs.contains(Int(token))
  }
}
