import ChatTemplate
import JSON
import Tokenization
import ToolCalls
import WorkerProtocol

/// A tokenizer with its chat template: what turns a conversation into a prompt.
public struct ConversationTemplate: Sendable {
  private let tokenizer: Tokenizer
  private let template: ChatTemplate?

  /// - Throws: `ChatTemplateError`.
  public init(of tokenizer: Tokenizer) throws {
    self.tokenizer = tokenizer
    template = try tokenizer.chatTemplateSource.map { source in try ChatTemplate(source: source) }
  }

  /// The prompt for a conversation whose next turn is the assistant's; nil where there is no chat template.
  ///
  /// - Parameters:
  ///   - tools: The tools' definitions; nil where there are none.
  ///   - thinking: The switch for reasoning, for a template that has one; nil leaves it as it is.
  /// - Throws: `ChatTemplateError` where the template fails.
  public func prompt(for turns: [ChatTurn], tools: [JSONValue]?, thinking: Bool?) throws -> [TokenID]? {
    guard let template else { return nil }
    var variables: [(String, TemplateValue)] = []
    for (name, id) in [("bos_token", tokenizer.beginOfSequence), ("eos_token", tokenizer.endOfSequence)] {
      if let id { variables.append((name, .string(tokenizer.decode([id])))) }
    }
    if let thinking { variables.append(("enable_thinking", .boolean(thinking))) }
    let messages = turns.map { turn in
      ChatMessage(
        role: turn.role, content: turn.content, extra: turn.extra.members.map { ($0.name, TemplateValue($0.value)) })
    }
    let text = try template.render(
      messages: messages, tools: tools.map { $0.map(TemplateValue.init) }, addGenerationPrompt: true,
      variables: variables)
    return tokenizer.encode(text, addSpecialTokens: false)
  }

  /// Whether the chat template reads tool definitions.
  public var takesTools: Bool { tokenizer.chatTemplateSource?.contains(/\btools\b/) ?? false }

  /// Whether the chat template has a switch for reasoning.
  public var takesThinking: Bool { tokenizer.chatTemplateSource?.contains("enable_thinking") ?? false }

  /// The parser for the calls that the chat template asks for, if it is a known one.
  public var callParser: CallParser? { tokenizer.chatTemplateSource.flatMap(CallParser.init(chatTemplate:)) }
}
