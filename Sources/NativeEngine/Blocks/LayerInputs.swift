import CKernels

/// What layers see of a token besides the hidden state (Gemma 4): for each layer a small embedding of its own, added to a
/// projection of the token's embedding.
struct LayerInputs {
  /// [vocabulary][layers × width]
  let embedding: Linear
  /// What these embeddings are multiplied with.
  let embeddingScale: Float
  /// Of the token's embedding, which is the hidden state before the first layer: [layers × width][hidden].
  let projection: Linear
  /// Of a layer's part of the projection.
  let norm: Norm

  /// Features of all layers together.
  var features: Int { projection.rows }

  /// inputs += norm(projection hidden), where `inputs` holds the embeddings.
  func run(_ pass: some Pass) {
    pass.multiply([(projection, .mixed, false)], from: .hidden)
    pass.addInputs(norm, parts: features / norm.weight.count)
  }
}

/// How a layer takes in its part of the inputs: hidden += norm(projection(gelu(gate hidden) · part)).
struct LayerInputGate {
  /// The part's index.
  let part: Int
  /// How many parts there are.
  let partCount: Int
  let gate: Linear
  let projection: Linear
  let norm: Norm

  func run(_ pass: some Pass) {
    pass.observe(.layerInputGate, .hidden)
    pass.multiply([(gate, .gate, false)], from: .hidden)
    pass.gateInputs(RK_GELU_TANH, part: part, of: partCount, features: gate.rows)
    pass.observe(.layerInput, .gate)
    pass.multiply([(projection, .sum, false)], from: .gate)
    pass.addNormalized(norm)
  }

  var matrices: [(linear: Linear, input: ActivationPoint)] { [(gate, .layerInputGate), (projection, .layerInput)] }
}
