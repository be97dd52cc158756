import JSON
import ToolCalls

/// A scripted conversation with tools.
public struct Trace: Sendable, Equatable {
  /// One turn of the model and what it is given before.
  public struct Round: Sendable, Equatable {
    /// What the user says, or nil where the turn follows results alone.
    public var user: String?
    /// What the tools called in the round before give, by name; of others the tool set's result.
    public var results: [String: String]
    /// The calls that are due; none asks for an answer in words.
    public var calls: [ExpectedCall]
    /// The calls as they are given to the model in a replay; they pass the checks of `calls`.
    public var scriptedCalls: [ToolCall]
    /// The words as they are given to the model in a replay.
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
}
