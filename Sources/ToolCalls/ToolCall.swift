import JSON

/// One call that a model made.
public struct ToolCall: Sendable, Equatable {
  public var name: String
  public var arguments: JSONObject
  /// How the text departed from its format, each once.
  public var leniencies: [CallLeniency] = []

  public init(name: String, arguments: JSONObject) {
    self.name = name
    self.arguments = arguments
  }

  /// The call, read in spite of a departure from its format.
  func read(_ leniency: CallLeniency) -> ToolCall {
    var call = self
    if !call.leniencies.contains(leniency) { call.leniencies.append(leniency) }
    return call
  }

  /// The call as chat templates read it: `{"name": …, "arguments": {…}}`.
  public var json: JSONValue { ["name": .string(name), "arguments": .object(arguments)] }
}

/// A tool that a model may call.
public struct ToolDefinition: Sendable, Equatable {
  public var name: String
  public var description: String
  /// JSON Schema of the arguments: an object with `properties`.
  public var parameters: JSONObject

  public init(name: String, description: String, parameters: JSONObject) {
    self.name = name
    self.description = description
    self.parameters = parameters
  }

  /// The definition as chat templates read it.
  public var json: JSONValue {
    [
      "type": "function",
      "function": [
        "name": .string(name), "description": .string(description), "parameters": .object(parameters),
      ],
    ]
  }

  /// The schema of that argument; nil if there is none.
  public func schema(of argument: String) -> JSONValue? { parameters["properties"]?[argument] }

  /// The arguments that a call must have.
  public var required: [String] { parameters["required"]?.array?.compactMap(\.string) ?? [] }
}
