import JSON
import ToolCalls

/// Tools that traces share.
public struct ToolSet: Sendable, Equatable {
  public var id: String
  public var tools: [ToolDefinition]
  /// What each tool gives when it is called, by name, where a round says nothing else.
  public var results: [String: String]

  public init(id: String, tools: [ToolDefinition], results: [String: String]) {
    self.id = id
    self.tools = tools
    self.results = results
  }
}
