import JSON

extension Redactor {
  /// Labels at any depth, names of members among them.
  func json(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text): .string(title(text))
    case .array(let elements): .array(elements.map(json))
    case .object(let object): .object(json(object))
    case .null, .bool, .integer, .number: value
    }
  }

  func json(_ object: JSONObject) -> JSONObject {
    JSONObject(object.members.map { (label($0.name), json($0.value)) })
  }

  /// A verdict's public members.
  ///
  /// - Parameter names: What its messages may name.
  func verdict(_ value: JSONValue, names: Set<String>, member: String = "") -> JSONValue {
    switch value {
    case .string(let text):
      if VerdictMembers.messages.contains(member) {
        .string(message(text, names: names))
      } else {
        .string(VerdictMembers.titles.contains(member) ? title(text) : label(text))
      }
    case .array(let elements): .array(elements.map { verdict($0, names: names, member: member) })
    case .object(let object):
      .object(
        JSONObject(
          object.members.filter { VerdictMembers.all.contains($0.name) }
            .map { ($0.name, verdict($0.value, names: names, member: $0.name)) }))
    case .null, .bool, .integer, .number: value
    }
  }
}
