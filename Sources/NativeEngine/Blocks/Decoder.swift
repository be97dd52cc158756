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

  /// The latent attention of layers that have one, by layer.
  var latentAttentions: [LatentAttention?] {
    layers.map { layer in
      if case .latentAttention(let attention) = layer.mixer { attention } else { nil }
    }
  }

  /// The recurrent mixers of layers that have one, by layer.
  var recurrentMixers: [(any RecurrentMixer)?] {
    layers.map { layer in
      if case .recurrent(let mixer) = layer.mixer { mixer } else { nil }
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
  /// Nil in a layer of one block (Nemotron-H), as the feed-forward network of another is.
  let mixer: Mixer?
  /// Of the mixer's result, before it is added (Gemma); nil for none.
  let mixerOutputNorm: Norm?
  let feedForwardNorm: Norm
  let feedForward: FeedForward?
  /// Of the feed-forward's result, before it is added; nil for none.
  let feedForwardOutputNorm: Norm?

  enum Mixer {
    case attention(Attention)
    case latentAttention(LatentAttention)
    case recurrent(any RecurrentMixer)
  }

  /// The program of a layer, whatever the tokens.
  func run(_ pass: some Pass, index: Int) {
    if let mixer {
      pass.normalize(mixerNorm)
      pass.observe(.mixerInput, .normed)
      let mixed: Register = mixerOutputNorm == nil ? .hidden : .sum
      switch mixer {
      case .attention(let attention): attention.run(pass, layer: index, into: mixed)
      case .latentAttention(let attention): attention.run(pass, layer: index, into: mixed)
      case .recurrent(let mixer): mixer.run(pass, layer: index, into: mixed)
      }
    }
    guard let pass = pass.narrowed else { return }
    if let mixerOutputNorm { pass.addNormalized(mixerOutputNorm) }
    if let feedForward {
      pass.normalize(feedForwardNorm)
      pass.observe(.feedForwardInput, .normed)
      feedForward.run(pass, into: feedForwardOutputNorm == nil ? .hidden : .sum)
      if let feedForwardOutputNorm { pass.addNormalized(feedForwardOutputNorm) }
    }
  }

  /// Bytes of weights that one token reads.
  var bytesPerToken: Int {
    let mixer = mixerMatrices.reduce(0) { $0 + $1.linear.byteCount }
    switch feedForward {
    case .gated: return feedForwardMatrices.reduce(mixer) { $0 + $1.linear.byteCount }
    case .experts(let experts): return mixer + experts.bytesPerToken
    case nil: return mixer
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
    case .latentAttention(let attention): return attention.matrices
    case .recurrent(let mixer):
      return mixer.inputs.map { ($0.linear, .mixerInput) } + [(mixer.output, .mixerOutput)]
    case nil: return []
    }
  }

  private var feedForwardMatrices: [(linear: Linear, input: ActivationPoint)] {
    func of(_ network: GatedFeedForward, _ gate: ActivationPoint) -> [(linear: Linear, input: ActivationPoint)] {
      [network.gate, network.up].compactMap(\.self).map { ($0, .feedForwardInput) } + [(network.down, gate)]
    }
    switch feedForward {
    case .gated(let network): return of(network, .feedForwardGate)
    case .experts(let experts):
      let inputs = [experts.gate, experts.up].compactMap(\.self)
      var own: [(linear: Linear, input: ActivationPoint)] = [(experts.router, .feedForwardInput)]
      own += inputs.map { ($0, experts.latent == nil ? .feedForwardInput : .expertInput) }
      own.append((experts.down, .expertGate))
      if let latent = experts.latent { own += [(latent.input, .feedForwardInput), (latent.output, .expertOutput)] }
      guard let shared = experts.shared else { return own }
      return own + (shared.gate.map { [($0, .feedForwardInput)] } ?? []) + of(shared.network, .sharedExpertGate)
    case nil: return []
    }
  }
}
