import CKernels
import Checkpoint

/// A decoder-only transformer as data: what its layers are made of. A family makes it of a checkpoint, and a `Pass` runs it.
struct Decoder {
  let config: ModelConfig
  let embedding: Linear
  /// What embeddings are multiplied with.
  let embeddingScale: Float
  let layers: [DecoderLayer]
  let finalNorm: Norm
  /// The embedding itself if the model ties them.
  let head: Linear
  /// Bounds logits by cap · tanh(logit / cap); nil for no bound.
  let logitCap: Float?
  let rotaries: [RotaryEmbedding]

  /// Bytes of weights that decoding one token reads.
  var bytesPerToken: Int { layers.reduce(head.byteCount) { $0 + $1.bytesPerToken } }

  /// Every matrix with the layer that it belongs to and the input that it multiplies: the embedding first, the head last
  /// unless it is the embedding.
  var matrices: [(linear: Linear, place: MatrixSlot.Place)] {
    let inner = layers.enumerated().flatMap { index, layer in
      layer.matrices.map { ($0.linear, MatrixSlot.Place.layer(index, input: $0.input)) }
    }
    return [(embedding, .embedding)] + inner + (head === embedding ? [] : [(head, .head)])
  }

  /// Whether some layer's weights can be multiplied with prompts in bfloat16.
  func hasBFloat16Products(_ kernels: Kernels) -> Bool {
    layers.contains { layer in
      layer.matrices.contains {
        let matrix = $0.linear.matrix.matrix
        return matrix.storage == RK_BFLOAT16 && kernels.panelProduct(matrix, .matched).prepare != nil
      }
    }
  }

  /// The attention of layers that have one, by layer.
  var attentions: [Attention?] {
    layers.map { layer in
      if case .attention(let attention) = layer.mixer { attention } else { nil }
    }
  }

  /// The delta nets of layers that have one, by layer.
  var deltaNets: [DeltaNet?] {
    layers.map { layer in
      if case .deltaNet(let net) = layer.mixer { net } else { nil }
    }
  }

  /// The mixtures of layers that have one.
  var mixtures: [Experts] {
    layers.compactMap { layer in
      if case .experts(let experts) = layer.feedForward { experts } else { nil }
    }
  }
}

/// A layer: a mixer, which lets tokens see earlier ones, and a feed-forward network, each behind a norm and added to the
/// hidden state.
struct DecoderLayer {
  let mixerNorm: Norm
  let mixer: Mixer
  /// Of the mixer's result, before it is added (Gemma); nil for none.
  let mixerOutputNorm: Norm?
  let feedForwardNorm: Norm
  let feedForward: FeedForward
  /// Of the feed-forward's result, before it is added; nil for none.
  let feedForwardOutputNorm: Norm?

  enum Mixer {
    case attention(Attention)
    case deltaNet(DeltaNet)
  }

  /// The program of a layer, whatever the tokens.
  func run(_ pass: some Pass, index: Int) {
    pass.normalize(mixerNorm)
    pass.observe(.mixerInput, .normed)
    let mixed: Register = mixerOutputNorm == nil ? .hidden : .sum
    switch mixer {
    case .attention(let attention): attention.run(pass, layer: index, into: mixed)
    case .deltaNet(let net): net.run(pass, layer: index, into: mixed)
    }
    guard let pass = pass.narrowed else { return }
    if let mixerOutputNorm { pass.addNormalized(mixerOutputNorm) }
    pass.normalize(feedForwardNorm)
    pass.observe(.feedForwardInput, .normed)
    feedForward.run(pass, into: feedForwardOutputNorm == nil ? .hidden : .sum)
    if let feedForwardOutputNorm { pass.addNormalized(feedForwardOutputNorm) }
  }

  /// Bytes of weights that one token reads.
  var bytesPerToken: Int {
    let mixer = mixerMatrices.reduce(0) { $0 + $1.linear.byteCount }
    switch feedForward {
    case .gated: return feedForwardMatrices.reduce(mixer) { $0 + $1.linear.byteCount }
    case .experts(let experts): return mixer + experts.bytesPerToken
    }
  }

  var matrices: [(linear: Linear, input: ActivationPoint)] { mixerMatrices + feedForwardMatrices }

  private var mixerMatrices: [(linear: Linear, input: ActivationPoint)] {
    switch mixer {
    case .attention(let attention):
      return [
        (attention.query, .mixerInput), (attention.key, .mixerInput), (attention.value, .mixerInput),
        (attention.output, .mixerOutput),
      ]
    case .deltaNet(let net):
      let inputs =
        switch net.projections {
        case .separate(let mixed, let gate, let rate, let decay): [mixed, gate, rate, decay]
        case .byKeyHead(let mixed, let rates): [mixed, rates]
        }
      return inputs.map { ($0, .mixerInput) } + [(net.output, .mixerOutput)]
    }
  }

  private var feedForwardMatrices: [(linear: Linear, input: ActivationPoint)] {
    func of(_ network: GatedFeedForward, _ gate: ActivationPoint) -> [(linear: Linear, input: ActivationPoint)] {
      [(network.gate, .feedForwardInput), (network.up, .feedForwardInput), (network.down, gate)]
    }
    switch feedForward {
    case .gated(let network): return of(network, .feedForwardGate)
    case .experts(let experts):
      let own: [(linear: Linear, input: ActivationPoint)] = [
        (experts.router, .feedForwardInput), (experts.gate, .feedForwardInput), (experts.up, .feedForwardInput),
        (experts.down, .expertGate),
      ]
      guard let shared = experts.shared else { return own }
      return own + (shared.gate.map { [($0, .feedForwardInput)] } ?? []) + of(shared.network, .sharedExpertGate)
    }
  }
}
