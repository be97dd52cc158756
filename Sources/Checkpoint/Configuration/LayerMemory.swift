/// What one layer of a model remembers of a sequence, in numbers.
public enum LayerMemory: Sendable, Hashable {
  /// Keys and values of every token, or the latent vector that they are computed from.
  case everyToken(numbers: Int)
  /// Keys and values of the last `window` tokens.
  case lastTokens(window: Int, numbers: Int)
  /// A state of one size, however long the sequence is.
  case state(numbers: Int)
  /// Nothing: the layer has no mixer, or reads what an earlier layer remembers.
  case nothing

  /// How it grows; by the name that documents have.
  public enum Kind: String, Sendable, CaseIterable {
    case growing = "growing_layers"
    case window = "window_layers"
    case state = "state_layers"
    case nothing = "layers_without_memory"

    var title: String {
      switch self {
      case .growing: "grow with every token"
      case .window: "keep a window"
      case .state: "keep a state"
      case .nothing: "keep nothing of their own"
      }
    }
  }

  public var kind: Kind {
    switch self {
    case .everyToken: .growing
    case .lastTokens: .window
    case .state: .state
    case .nothing: .nothing
    }
  }
}
