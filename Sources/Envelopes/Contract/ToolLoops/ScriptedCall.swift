import JSON
import ToolCalls

/// A call that is due, with the form in which a replay puts it into the history.
struct ScriptedCall {
  let expected: ExpectedCall
  let scripted: ToolCall

  init?(_ fields: FieldReader, tools: ToolSet?) {
    let name = fields.toolName("name")
    let tool = tools?.tools.first { $0.name == name }
    if let name, let tools, tool == nil {
      fields.report("name", "there is no tool \(Quoted.text(name)) in \(tools.id)")
    }
    let arguments = fields.arguments("arguments", of: tool)
    let allowsOthers = fields.bool("allow_others", default: true)
    guard let name, let arguments, let allowsOthers else { return nil }
    expected = ExpectedCall(name: name, arguments: arguments.map(\.expected), allowsOthers: allowsOthers)
    scripted = ToolCall(
      name: name,
      arguments: JSONObject(arguments.compactMap { argument in argument.example.map { (argument.expected.name, $0) } }))
  }
}

/// A check with a value that passes it.
private struct ScriptedArgument {
  let expected: ExpectedArgument
  /// Nil leaves an optional argument out of the replay.
  let example: JSONValue?

  init?(name: String, _ fields: FieldReader) {
    let isOptional = fields.bool("optional", default: false)
    let check = ArgumentCheck(fields)
    let example = fields.optional("example")
    guard let isOptional, let check else { return nil }
    expected = ExpectedArgument(name: name, check: check, isOptional: isOptional)
    self.example = example ?? check.ownExample
    if let value = self.example {
      if !check.passes(value) { fields.report("example", "does not pass its own check") }
    } else if !isOptional {
      fields.report("example", "is missing; a replay needs a value that passes the check")
    }
  }
}

extension ArgumentCheck {
  private static let kinds = ["equals", "one_of", "matches", "within", "schema", "elements", "members", "any_of"]

  /// Reads the one check that an object holds; the caller reads its other members.
  fileprivate init?(_ fields: FieldReader) {
    let present = Self.kinds.filter { fields.object[$0] != nil }
    guard present.count == 1, let kind = present.first else {
      for kind in Self.kinds { _ = fields.optional(kind) }
      _ = fields.optional("loose")
      let found = present.isEmpty ? "none" : present.joined(separator: " and ")
      fields.problems.report(fields.path, "must have one of \(Self.kinds.joined(separator: ", ")), but has \(found)")
      return nil
    }
    guard let check = Self.read(kind, fields) else { return nil }
    self = check
  }

  private static func read(_ kind: String, _ fields: FieldReader) -> ArgumentCheck? {
    switch kind {
    case "equals": return fields.optional(kind).map { .equals($0) }
    case "one_of":
      let isLoose = fields.bool("loose", default: false) ?? false
      return fields.value(kind, expected: "an array of at least one value") { json in
        json.array.flatMap { $0.isEmpty ? nil : .oneOf($0, isLoose: isLoose) }
      }
    case "matches":
      return fields.value(kind, expected: ArgumentCheck.patternForm) { json in
        json.string.flatMap { ArgumentCheck.expression(of: $0) == nil ? nil : .matches($0) }
      }
    case "within":
      return fields.value(kind, expected: "an array of two numbers, the smaller first") { json in
        guard let ends = json.array?.compactMap(\.number), ends.count == 2, ends[0] <= ends[1] else { return nil }
        return .within(ends[0]...ends[1])
      }
    case "schema":
      return fields.value(kind, expected: "a JSON Schema") { $0.object == nil ? nil : .schema(JSONSchema($0)) }
    case "elements": return fields.sections(kind, ArgumentCheck.init).map { .elements($0) }
    case "members": return fields.members(kind).map { .members($0) }
    default: return fields.sections(kind, atLeast: 1, ArgumentCheck.init).map { .anyOf($0) }
    }
  }

  /// A value that passes; nil if the check names none.
  fileprivate var ownExample: JSONValue? {
    switch self {
    case .equals(let value): value
    case .oneOf(let values, _): values.first
    case .anyOf(let checks): checks.lazy.compactMap(\.ownExample).first
    case .elements(let checks):
      checks.allSatisfy { $0.ownExample != nil } ? .array(checks.compactMap(\.ownExample)) : nil
    case .members(let members):
      .object(JSONObject(members.compactMap { member in member.check.ownExample.map { (member.name, $0) } }))
    case .matches, .within, .schema: nil
    }
  }
}

extension FieldReader {
  /// Checks by the name of an argument.
  fileprivate func arguments(_ key: String, of tool: ToolDefinition?) -> [ScriptedArgument]? {
    guard let object = value(key, expected: "an object with a check for each argument", \.object) else { return nil }
    let arguments = object.members.map { member -> ScriptedArgument? in
      let path = Quoted.pathPart(member.name, after: path(of: key))
      if let tool, tool.schema(of: member.name) == nil {
        problems.report(path, "\(tool.name) has no argument of that name")
      }
      return read(member.value, path: path) { ScriptedArgument(name: member.name, $0) }
    }
    for name in tool?.required ?? [] where object[name] == nil {
      report(key, "lacks \(name), which \(tool?.name ?? "the tool") requires")
    }
    return arguments.contains { $0 == nil } ? nil : arguments.compactMap(\.self)
  }

  /// Checks by the name of a member.
  fileprivate func members(_ key: String) -> [ExpectedArgument]? {
    guard let object = value(key, expected: "an object with a check for each member", \.object) else { return nil }
    let members = object.members.map { member -> ExpectedArgument? in
      read(member.value, path: Quoted.pathPart(member.name, after: path(of: key))) { fields in
        let isOptional = fields.bool("optional", default: false) ?? false
        return ArgumentCheck(fields).map { ExpectedArgument(name: member.name, check: $0, isOptional: isOptional) }
      }
    }
    return members.contains { $0 == nil } ? nil : members.compactMap(\.self)
  }
}
