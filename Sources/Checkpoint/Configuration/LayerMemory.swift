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
}
