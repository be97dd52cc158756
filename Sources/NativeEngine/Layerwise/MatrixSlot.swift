/// Where the inputs of a layer's products come from.
public enum ActivationPoint: Sendable, CaseIterable {
  /// The normalized input of a mixer's projections.
  case mixerInput
  /// The normalized query before the products that make heads of it, of latent attention.
  case compressedQuery
  /// The input of a matrix that one head of latent attention has for itself. Each sees another, so nobody observes it.
  case headInput
  /// The result of a mixer, which is the input of its output projection.
  case mixerOutput
  /// The normalized input of the feed-forward network.
  case feedForwardInput
  /// The gated activations, which are the input of the down projection.
  case feedForwardGate
  /// The same of the expert that every token takes.
  case sharedExpertGate
  /// The same of the experts that a router picks, of which each sees other tokens.
  case expertGate
  /// The input of a router, where that is normalized by itself (Gemma 4).
  case routerInput
  /// The input of experts, where that is normalized by itself (Gemma 4) or projected (Nemotron 3), and their sum if it is.
  case expertInput
  case expertOutput
  /// The hidden state, which is the input of the gate of a layer's own input (Gemma 4), and that input once gated, which is
  /// projected.
  case layerInputGate
  case layerInput
}

/// Sees the inputs of a product as panels, [panel][feature][width].
typealias ActivationObserver = (ActivationPoint, UnsafePointer<Float>) -> Void

/// A weight matrix of the model.
public struct MatrixSlot: Sendable, Hashable {
  /// In the checkpoint, e.g. `model.layers.0.mlp.up_proj`.
  public let path: String
  public let place: Place

  public enum Place: Sendable, Hashable {
    /// The embedding, which is the output layer as well if the model ties them.
    case embedding
    /// What makes the inputs that layers have besides the hidden state (Gemma 4).
    case layerInputs
    case head
    case layer(Int, input: ActivationPoint)
  }
}
