/// Why the engine cannot load or run a model.
public enum EngineError: Error, Equatable, Sendable, CustomStringConvertible {
  case architecture(String, supported: [String])
  case instructionSet(String, available: [String])
  case shape(tensor: String, found: [Int], expected: [Int])
  case storage(tensor: String, found: String)
  case unsupported(String)
  case contextExceeded(needed: Int, capacity: Int)
  case tokenOutOfRange(Int, vocabularySize: Int)
  case noTokens

  public var description: String {
    switch self {
    case .architecture(let name, let supported):
      """
      the native engine does not know the architecture "\(name)"; it knows \(supported.joined(separator: ", ")). \
      Choose another engine for this model
      """
    case .instructionSet(let name, let available):
      """
      this machine does not run the instruction set "\(name)"; it runs \(available.joined(separator: ", ")). \
      Change or unset \(InstructionSet.environmentVariable)
      """
    case .shape(let tensor, let found, let expected):
      "the tensor \(tensor) has the shape \(found), but config.json asks for \(expected)"
    case .storage(let tensor, let found):
      "the tensor \(tensor) is stored as \(found), which the native engine does not compute with"
    case .unsupported(let what): what
    case .contextExceeded(let needed, let capacity):
      "\(needed) tokens do not fit the context of \(capacity); load the model with a larger one or shorten the prompt"
    case .tokenOutOfRange(let id, let size):
      "the token id \(id) is outside the vocabulary of \(size) tokens"
    case .noTokens: "there are no tokens to process: give at least one"
    }
  }
}
