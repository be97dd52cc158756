import JSON
import Tokenization
import ToolCalls

/// A tokenizer with its chat template: what turns a conversation into a prompt.
public struct ConversationTemplate: Sendable {
  private let tokenizer: Tokenizer
  private let template: ChatTemplate?
  /// Renders conversations with tools; the other does where there is none.
  private let toolTemplate: ChatTemplate?

  /// Reads the chat templates that come with a tokenizer, if there are any.
  ///
  /// - Throws: As `ChatTemplate.init(source:)`.
  public init(of tokenizer: Tokenizer) throws(ChatTemplateError) {
    func template(_ source: String?) throws(ChatTemplateError) -> ChatTemplate? {
      guard let source else { return nil }
      return try ChatTemplate(source: source)
    }
    self.tokenizer = tokenizer
    self.template = try template(tokenizer.chatTemplateSource)
    toolTemplate = try template(tokenizer.toolTemplateSource)
  }

  /// The prompt for a conversation whose next turn is the assistant's; nil if there is no chat template.
  ///
  /// - Parameters:
  ///   - messages: The conversation, oldest first.
  ///   - tools: The tools' definitions; nil if there are none.
  ///   - thinking: The switch for reasoning, for a template that has one; nil leaves it at the template's default.
  /// - Throws: `ChatTemplateError` if the template fails.
  public func prompt(
    for messages: [ChatMessage], tools: [JSONValue]?, thinking: Bool?
  ) throws(ChatTemplateError) -> [TokenID]? {
    guard let template = tools == nil ? template : toolTemplate ?? template else { return nil }
    var variables: [(String, JSONValue)] = []
    for (name, id) in [("bos_token", tokenizer.beginOfSequence), ("eos_token", tokenizer.endOfSequence)] {
      if let id { variables.append((name, .string(tokenizer.decode([id])))) }
    }
    if let thinking { variables.append(("enable_thinking", .bool(thinking))) }
    let text = try template.render(
      messages: messages, tools: tools, addGenerationPrompt: true, variables: variables)
    return tokenizer.encode(text, addSpecialTokens: false)
  }

  /// Whether the chat template reads tool definitions.
  public var takesTools: Bool {
    tokenizer.toolTemplateSource != nil || tokenizer.chatTemplateSource?.contains(/\btools\b/) ?? false
  }

  /// Whether the chat template has a switch for reasoning.
  public var takesThinking: Bool { tokenizer.chatTemplateSource?.contains("enable_thinking") ?? false }

  /// The parser for the calls that the chat template asks for; nil if it asks for no known kind.
  public var callParser: CallParser? {
    (tokenizer.toolTemplateSource ?? tokenizer.chatTemplateSource).flatMap(CallParser.init(chatTemplate:))
  }
}
