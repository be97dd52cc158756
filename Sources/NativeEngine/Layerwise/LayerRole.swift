/// Where the inputs of a layer's products come from.
public enum ActivationPoint: Sendable, CaseIterable {
  /// The normalized input of query, key and value.
  case attentionInput
  /// The result of attention, which is the input of the output projection.
  case attentionOutput
  /// The normalized input of gate and up.
  case feedForwardInput
  /// The gated activations, which are the input of the down projection.
  case feedForwardGate
}

/// Sees the inputs of a product as panels, [panel][feature][width].
typealias ActivationObserver = (ActivationPoint, UnsafePointer<Float>) -> Void

/// One of the seven products of a decoder layer.
public enum LayerRole: Sendable, CaseIterable {
  case query, key, value, output, gate, up, down

  /// The path below the layer's, e.g. `mlp.up_proj`.
  public var path: String {
    switch self {
    case .query: "self_attn.q_proj"
    case .key: "self_attn.k_proj"
    case .value: "self_attn.v_proj"
    case .output: "self_attn.o_proj"
    case .gate: "mlp.gate_proj"
    case .up: "mlp.up_proj"
    case .down: "mlp.down_proj"
    }
  }

  public var input: ActivationPoint {
    switch self {
    case .query, .key, .value: .attentionInput
    case .output: .attentionOutput
    case .gate, .up: .feedForwardInput
    case .down: .feedForwardGate
    }
  }

  var member: WritableKeyPath<Llama.Layer, WeightMatrix> {
    switch self {
    case .query: \.query
    case .key: \.key
    case .value: \.value
    case .output: \.output
    case .gate: \.gate
    case .up: \.up
    case .down: \.down
    }
  }
}

/// A weight matrix of the model.
public enum MatrixSlot: Sendable, Hashable {
  /// The embedding, which is the output layer as well if the model ties them.
  case embedding
  case head
  case layer(Int, LayerRole)

  /// The path in a checkpoint, e.g. `model.layers.0.mlp.up_proj`.
  public var path: String {
    switch self {
    case .embedding: "model.embed_tokens"
    case .head: "lm_head"
    case .layer(let index, let role): "model.layers.\(index).\(role.path)"
    }
  }
}
