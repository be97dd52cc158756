import ChatTemplate
import Checkpoint
import Foundation
import JSON
import Platform
import Tokenization
import WorkerProtocol

/// The model folder that a server is said to serve: its tokenizer, chat template and configuration.
///
/// The weights are read only to prove them.
struct ClaimedFolder {
  let url: URL
  /// Nil if the tokenizer is missing or of a kind that is not read; then the server's counts are all there is.
  let tokenizer: Tokenizer?
  /// Why the tokenizer is not read; nil if it is.
  let unreadTokenizer: TokenizerError?
  /// Nil if the native checkpoint reader does not know the family.
  let model: ModelFolder?
  /// In tokens.
  let contextLength: Int
  let vocabularySize: Int
  /// The tokens that end a sequence.
  let ends: [Int]
  /// Nil without a tokenizer.
  let conversations: ConversationTemplate?
  private let standIns = StandInTokens()

  /// - Throws: `TokenizerError` if the tokenizer is damaged, `ChatTemplateError`, `WorkerFailure`.
  init(contentsOf url: URL) throws {
    let config = url.appendingPathComponent("config.json")
    guard let data = try? RegularFile.read(config.path), let json = try? JSONValue(parsing: data) else {
      throw WorkerFailure.badRequest("\(url.path) is not a model folder: it has no config.json that can be read")
    }
    self.url = url
    do throws(TokenizerError) {
      (tokenizer, unreadTokenizer) = (try Tokenizer(contentsOf: url), nil)
    } catch {
      guard error.isOfOtherKind else { throw error }
      (tokenizer, unreadTokenizer) = (nil, error)
    }
    conversations = try tokenizer.map(ConversationTemplate.init(of:))
    model = try? ModelFolder(contentsOf: url)
    let text = json["text_config"] ?? json
    contextLength = text["max_position_embeddings"]?.integer ?? 1 << 20
    vocabularySize = text["vocab_size"]?.integer ?? Int(Int32.max)
    let declared = text["eos_token_id"].map { value in value.array?.compactMap(\.integer) ?? [value.integer ?? -1] }
    ends = model?.config.eosTokenIDs ?? declared?.filter { $0 >= 0 } ?? tokenizer?.endOfSequence.map { [Int($0)] } ?? []
  }

  /// The tokens of a text, or what stands for them.
  func tokens(of text: String) -> [Int32] {
    tokenizer?.encode(text, addSpecialTokens: false) ?? standIns.tokens(of: text)
  }

  func text(of tokens: [Int32]) -> String {
    tokenizer?.decode(tokens, skipSpecialTokens: false) ?? standIns.text(of: tokens)
  }

  /// How many tokens the model has for a text; nil if that is not known.
  func tokenCount(of text: String) -> Int? { tokenizer?.encode(text, addSpecialTokens: false).count }

  /// The tokens of a conversation, with the start of the assistant's turn.
  ///
  /// - Parameter asMessages: Whether the server is sent the messages and makes the prompt itself.
  /// - Throws: `.badRequest` if the folder has no chat template, `.declined` without a tokenizer unless messages are sent,
  ///   `ChatTemplateError`.
  func tokens(of turns: [ChatTurn], tools: [JSONValue]?, thinking: Bool?, asMessages: Bool = false) throws -> [Int32] {
    guard let conversations else {
      guard asMessages else {
        throw withoutTokenizer("chat", "makes no prompt of a conversation; with --api chat the server makes it")
      }
      return standIns.tokens(of: turns.map { $0.message.serialized() }.joined(separator: " "))
    }
    let messages = turns.map { ChatMessage(role: $0.role, content: $0.content, extra: $0.extra) }
    guard let tokens = try conversations.prompt(for: messages, tools: tools, thinking: thinking) else {
      throw WorkerFailure.badRequest("the model folder \(url.path) has no chat template")
    }
    return tokens
  }

  /// What cannot be done for want of a tokenizer.
  func withoutTokenizer(_ operation: String, _ limit: String) -> WorkerFailure {
    let reason = unreadTokenizer.map { ": \($0)" } ?? ""
    return .declined(
      operation: operation, status: "unsupported",
      message: "the endpoint engine does not read the folder's tokenizer and so \(limit)\(reason)")
  }
}
