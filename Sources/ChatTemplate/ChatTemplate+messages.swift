import Foundation

extension ChatTemplate {
  /// The prompt for a conversation.
  ///
  /// - Parameters:
  ///   - messages: the conversation, oldest first.
  ///   - tools: the tools' JSON Schema definitions; nil is given to the template as `none`.
  ///   - addGenerationPrompt: whether to end with the opening of the assistant's next turn.
  ///   - variables: what else the template reads: `bos_token`, `eos_token`, `enable_thinking` and the like. They take
  ///     precedence over the variables above.
  ///   - limits: how much work to allow.
  ///   - now: what `strftime_now` tells.
  ///   - timeZone: where it tells it.
  /// - Throws: as `render(_:limits:now:timeZone:)`.
  public func render(
    messages: [ChatMessage], tools: [TemplateValue]? = nil, addGenerationPrompt: Bool,
    variables: [(String, TemplateValue)] = [], limits: RenderLimits = .standard, now: Date = Date(),
    timeZone: TimeZone = .current
  ) throws(ChatTemplateError) -> String {
    var context: [String: TemplateValue] = [
      "messages": .array(messages.map(\.templateValue)),
      "tools": tools.map(TemplateValue.array) ?? .null,
      "documents": .null,
      "add_generation_prompt": .boolean(addGenerationPrompt),
    ]
    for (name, value) in variables { context[name] = value }
    return try render(context, limits: limits, now: now, timeZone: timeZone)
  }
}
