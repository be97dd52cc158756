import ArgumentParser
import Foundation
import JSON

/// Prints what a command did for programs.
struct JSONOption: ParsableArguments {
  @Flag(name: .customLong("json"), help: "Print one JSON object: docs/schemas has its schema.") var isChosen = false
}

/// What `--json` prints: one object that begins with the version of its schema, and has times as RFC 3339 texts.
enum CommandResult {
  /// Of all documents in docs/schemas.
  static let schema = 1

  /// - Parameter members: Times are members whose names end in `_at` or `_s` and that hold seconds since 1970.
  static func document(_ members: JSONValue) -> JSONValue {
    let body = withTimes(members)
    var document = JSONObject([("schema", .integer(schema))])
    for member in body.object?.members ?? JSONObject([("result", body)]).members where member.name != "schema" {
      document[member.name] = member.value
    }
    return .object(document)
  }

  /// What a command that failed prints beside its message on standard error.
  static func failure(_ message: String, exitCode: Int32) -> JSONValue {
    document(["error": ["message": .string(message), "exit_code": .integer(Int(exitCode))]])
  }

  private static func withTimes(_ value: JSONValue) -> JSONValue {
    switch value {
    case .array(let items): .array(items.map(withTimes))
    case .object(let object):
      .object(
        JSONObject(
          object.members.map { member in
            guard let name = timeName(member.name) else { return (member.name, withTimes(member.value)) }
            return (name, member.value.number.map(time) ?? member.value)
          }))
    default: value
    }
  }

  /// The name of a time's text; nil for a member that is no time.
  private static func timeName(_ name: String) -> String? {
    if name.hasSuffix("_at") { return name }
    return ["at_s", "since_s"].contains(name) || name.hasSuffix("_at_s") ? String(name.dropLast(2)) : nil
  }

  /// Null for what is in no calendar.
  private static func time(_ seconds: Double) -> JSONValue {
    guard abs(seconds) < 1e11 else { return .null }
    return .string(Date(timeIntervalSince1970: seconds).formatted(.iso8601))
  }
}

extension Terminal {
  /// Writes what `--json` prints, like ``write(_:)``.
  static func write(result members: JSONValue) { write(CommandResult.document(members)) }

  /// Delivers what `--json` prints, like ``deliver(_:)``.
  static func deliver(result members: JSONValue) throws { try deliver(CommandResult.document(members)) }
}

extension Int {
  /// With its noun: `1 session`, `2 sessions`.
  func counted(_ noun: String, plural: String? = nil) -> String { "\(self) \(self == 1 ? noun : plural ?? noun + "s")" }
}
