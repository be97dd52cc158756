import JSON
import ToolCalls

/// What a worker says of its model's chat template.
struct ChatAbilities: Sendable, Equatable {
  var takesTools = false
  var takesThinking = false
  /// The parser for the calls that the template asks for.
  var parser: CallParser?

  /// From the member `chat` of the answer to `load`; a worker that says nothing has a template that knows no tools.
  init(_ json: JSONValue?) {
    takesTools = json?["takes_tools"]?.bool ?? false
    takesThinking = json?["takes_thinking"]?.bool ?? false
    parser = json?["parser"]?.string.flatMap(CallParser.init(rawValue:))
  }
}
