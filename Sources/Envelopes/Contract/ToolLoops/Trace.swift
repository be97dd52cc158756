import JSON
import ToolCalls

/// A scripted conversation with tools.
public struct Trace: Sendable, Equatable {
  /// One turn of the model and the messages before it.
  public struct Round: Sendable, Equatable {
    /// What the user says; nil if the turn follows results alone.
    public var user: String?
    /// What the tools called in the round before return, by name; other tools return the tool set's result.
    public var results: [String: String]
    /// The calls that are due; none asks for an answer in words.
    public var calls: [ExpectedCall]
    /// The calls that a replay puts into the history; they pass the checks of `calls`.
    public var scriptedCalls: [ToolCall]
    /// The words that a replay puts into the history.
    public var reply: String

    public init(
      user: String?, results: [String: String], calls: [ExpectedCall], scriptedCalls: [ToolCall], reply: String
    ) {
      self.user = user
      self.results = results
      self.calls = calls
      self.scriptedCalls = scriptedCalls
      self.reply = reply
    }
  }

  public var id: String
  public var system: String
  public var tools: ToolSet
  public var rounds: [Round]

  public init(id: String, system: String, tools: ToolSet, rounds: [Round]) {
    self.id = id
    self.system = system
    self.tools = tools
    self.rounds = rounds
  }

  init?(_ fields: FieldReader, toolSets: [ToolSet]) {
    let id = fields.identifier("id")
    let name = fields.identifier("tools")
    let tools = toolSets.first { $0.id == name }
    if let name, tools == nil {
      let known = toolSets.map(\.id).joined(separator: ", ")
      fields.report("tools", "there is no tool set \(Quoted.text(name)); known: \(known.isEmpty ? "none" : known)")
    }
    let system = fields.text("system")
    let rounds = fields.sections("rounds", atLeast: 1) { Round($0, tools: tools) }
    if fields.object["rounds"]?.array?.first?["user"] == nil, rounds != nil {
      fields.report("rounds", "must begin with a user message")
    }
    guard let id, let tools, let system, let rounds else { return nil }
    self.init(id: id, system: system, tools: tools, rounds: rounds)
  }
}

extension Trace.Round {
  fileprivate init?(_ fields: FieldReader, tools: ToolSet?) {
    let user = fields.optionalText("user")
    let results = fields.results("results", of: tools)
    let calls = fields.optional("calls") == nil ? [] : fields.sections("calls") { ScriptedCall($0, tools: tools) }
    let reply = fields.optionalText("reply")
    guard let results, let calls else { return nil }
    if calls.isEmpty, reply == nil { fields.report("reply", "is missing; a round without calls has a reply") }
    self.init(
      user: user, results: results, calls: calls.map(\.expected), scriptedCalls: calls.map(\.scripted),
      reply: reply ?? "")
  }
}

extension FieldReader {
  /// Texts by the name of a tool.
  fileprivate func results(_ key: String, of tools: ToolSet?) -> [String: String]? {
    guard let json = optional(key) else { return [:] }
    guard let object = json.object else {
      report(key, "must be an object with a text for each tool, not \(json.kind)")
      return nil
    }
    var results: [String: String] = [:]
    for member in object.members {
      let path = Quoted.pathPart(member.name, after: path(of: key))
      if let tools, !tools.tools.contains(where: { $0.name == member.name }) {
        problems.report(path, "there is no such tool in \(tools.id)")
      }
      guard let text = member.value.string else {
        problems.report(path, "must be a string, not \(member.value.kind)")
        return nil
      }
      results[member.name] = text
    }
    return results
  }
}
