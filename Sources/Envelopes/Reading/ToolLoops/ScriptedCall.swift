import JSON
import ToolCalls

/// A call that is due, with the form in which a replay gives it.
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
struct ScriptedArgument {
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

extension FieldReader {
  /// Checks by the name of an argument.
  fileprivate func arguments(_ key: String, of tool: ToolDefinition?) -> [ScriptedArgument]? {
    guard let object = value(key, expected: "an object with a check for each argument", \.object) else { return nil }
    let arguments = object.members.map { member -> ScriptedArgument? in
      let path = Quoted.pathPart(member.name, after: path(of: key))
      if let tool, tool.schema(of: member.name) == nil {
        problems.report(path, "\(tool.name) has no argument of that name")
      }
      guard let inner = member.value.object else {
        problems.report(path, "must be an object, not \(member.value.kind)")
        return nil
      }
      return read(inner, path: path) { ScriptedArgument(name: member.name, $0) }
    }
    for name in tool?.required ?? [] where object[name] == nil {
      report(key, "lacks \(name), which \(tool?.name ?? "the tool") requires")
    }
    return arguments.contains { $0 == nil } ? nil : arguments.compactMap(\.self)
  }
}
