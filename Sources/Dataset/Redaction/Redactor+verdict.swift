import JSON
import Verdicts

extension Redactor {
  /// A verdict's public members, with a reason that is composed of them.
  ///
  /// - Parameter names: Cells and items of the envelope, and the models.
  func verdict(_ verdict: JSONValue, names: Set<String>) -> JSONValue {
    let reduced = members(of: verdict, names, within: "")
    guard var document = reduced.object, document["reason"] != nil else { return reduced }
    document["reason"] = .string(
      (try? RecordedVerdict(verdictWithReason(of: verdict, reduced)))?.sentence ?? Self.withheld)
    return .object(document)
  }

  /// The reduced document with the stored reason, of which ``RecordedVerdict/sentence`` takes one word of the program's.
  private func verdictWithReason(of verdict: JSONValue, _ reduced: JSONValue) -> JSONValue {
    guard var document = reduced.object else { return reduced }
    document["reason"] = verdict["reason"]
    return .object(document)
  }

  private func members(of value: JSONValue, _ names: Set<String>, within member: String) -> JSONValue {
    switch value {
    case .string(let text): .string(self.text(text, names, of: member))
    case .array(let elements): .array(elements.map { members(of: $0, names, within: member) })
    case .object(let object):
      .object(
        JSONObject(
          object.members.filter { VerdictMembers.isPublic($0.name, within: member) }
            .map { ($0.name, members(of: $0.value, names, within: $0.name)) }))
    case .null, .bool, .integer, .number: value
    }
  }

  private func text(_ text: String, _ names: Set<String>, of member: String) -> String {
    if VerdictMembers.messages.contains(member) { return message(text, names: names) }
    if VerdictMembers.items.contains(member) { return item(text, names) }
    if VerdictMembers.titles.contains(member) { return title(text) }
    if VerdictMembers.computed.contains(member) { return computed(text) }
    if member == "regime" { return regime(text, names: names) }
    return names.contains(text) ? text : label(text)
  }
}
