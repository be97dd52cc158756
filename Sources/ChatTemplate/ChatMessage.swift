import JSON

/// One message of a conversation, as a template reads it.
public struct ChatMessage: Sendable, Equatable {
  /// The speaker: `system`, `user`, `assistant`, `tool` or another role that the template knows.
  public var role: String
  /// What was said. Nil omits the member; for an explicit null or a list of parts put `content` into `extra`.
  public var content: String?
  /// Further members, such as `tool_calls`, `tool_call_id`, `name` and `reasoning_content`.
  public var extra: JSONObject

  public init(role: String, content: String? = nil, extra: JSONObject = JSONObject()) {
    self.role = role
    self.content = content
    self.extra = extra
  }

  /// The message of a JSON object with a role; nil for another value.
  public init?(_ json: JSONValue) {
    guard var extra = json.object, let role = extra["role"]?.string else { return nil }
    extra["role"] = nil
    content = extra["content"]?.string
    if content != nil { extra["content"] = nil }
    self.role = role
    self.extra = extra
  }

  /// The message as the mapping that a template reads: role, content, and the further members in their order.
  ///
  /// Reasoning has three names in use. As in Hugging Face's `apply_chat_template`, the first present of
  /// `reasoning_content`, `thinking` and `reasoning` is also passed under the first two names.
  public var json: JSONValue {
    var members: [(String, JSONValue)] = [("role", .string(role))]
    if let content { members.append(("content", .string(content))) }
    members += extra.members.map { ($0.name, $0.value) }
    let names = ["reasoning_content", "thinking", "reasoning"]
    if let reasoning = names.lazy.compactMap({ extra[$0] }).first(where: { $0 != .null }) {
      members.insert(("thinking", reasoning), at: 0)
      members.append(("reasoning_content", reasoning))
    }
    return .object(JSONObject(members))
  }
}
