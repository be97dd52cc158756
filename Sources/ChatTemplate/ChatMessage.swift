/// One message of a conversation, as a template reads it.
public struct ChatMessage: Sendable, Hashable {
  /// Who speaks: `system`, `user`, `assistant`, `tool` or what else the template knows.
  public var role: String
  /// What was said. Nil leaves the member out; for an explicit null or a list of parts put `content` into `extra`.
  public var content: String?
  /// Further members, in order: `tool_calls`, `tool_call_id`, `name`, `reasoning_content` and the like.
  public var extra: [(String, TemplateValue)] {
    get { storage.members.map { ($0.name, $0.value) } }
    set { storage = TemplateObject(newValue) }
  }

  private var storage: TemplateObject

  public init(role: String, content: String? = nil, extra: [(String, TemplateValue)] = []) {
    self.role = role
    self.content = content
    storage = TemplateObject(extra)
  }

  /// The message as the mapping that a template is given.
  ///
  /// Reasoning has three names in use. As in Hugging Face's `apply_chat_template`, the first present of
  /// `reasoning_content`, `thinking` and `reasoning` is given under the first two names as well.
  public var templateValue: TemplateValue {
    var members: [(String, TemplateValue)] = [("role", .string(role))]
    if let content { members.append(("content", .string(content))) }
    members += extra
    let names = ["reasoning_content", "thinking", "reasoning"]
    if let reasoning = names.lazy.compactMap({ storage[$0] }).first(where: { $0 != .null }) {
      members.insert(("thinking", reasoning), at: 0)
      members.append(("reasoning_content", reasoning))
    }
    return .object(TemplateObject(members))
  }
}
