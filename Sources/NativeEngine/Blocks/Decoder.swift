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
  /// Whether a token sees earlier ones only; if not, the model makes vectors and generates nothing.
  let isCausal: Bool
  /// Nil if layers see the hidden state only.
  let layerInputs: LayerInputs?

  /// Bytes of weights that decoding one token reads.
  var bytesPerToken: Int {
    layers.reduce(head.byteCount + (layerInputs?.projection.byteCount ?? 0)) { $0 + $1.bytesPerToken }
  }

  /// Every matrix with the layer that it belongs to and the input that it multiplies: the embedding first, the head last
  /// unless it is the embedding.
  var matrices: [(linear: Linear, place: MatrixSlot.Place)] {
    let inner = layers.enumerated().flatMap { index, layer in
      layer.matrices.map { ($0.linear, MatrixSlot.Place.layer(index, input: $0.input)) }
    }
    let inputs = layerInputs.map { [($0.embedding, MatrixSlot.Place.layerInputs), ($0.projection, .layerInputs)] }
    return [(embedding, .embedding)] + (inputs ?? []) + inner + (head === embedding ? [] : [(head, .head)])
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

  /// The layers whose keys and values later layers read too.
  var sharedLayers: Set<Int> {
    var layers: Set<Int> = []
    for case .layer(let index)? in attentions.map({ $0?.memory }) { layers.insert(index) }
    return layers
  }

  /// How many layers there are up to the last that remembers anything: later ones need run for wanted tokens only.
  var rememberingCount: Int {
    let others = attentions.reversed().prefix { if case .layer? = $0?.memory { true } else { false } }
    return layers.count - others.count
  }

  /// The mixtures of layers that have one.
  var mixtures: [Experts] { layers.compactMap(\.feedForward?.experts) }
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
  /// How it takes in inputs besides the hidden state (Gemma 4); nil if it does not.
  var inputGate: LayerInputGate?
  /// What the hidden state is multiplied with in the end.
  var scale: Float = 1

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
    inputGate?.run(pass)
    if scale != 1 { pass.scaleHidden(by: scale) }
  }

  /// Bytes of weights that one token reads.
  var bytesPerToken: Int {
    let network = (feedForward?.network).map { matrices(of: $0, .feedForwardGate) } ?? []
    return (mixerMatrices + network + inputMatrices).reduce(feedForward?.experts?.bytesPerToken ?? 0) {
      $0 + $1.linear.byteCount
    }
  }

  var matrices: [(linear: Linear, input: ActivationPoint)] { mixerMatrices + feedForwardMatrices + inputMatrices }

  private var inputMatrices: [(linear: Linear, input: ActivationPoint)] { inputGate?.matrices ?? [] }

  private var mixerMatrices: [(linear: Linear, input: ActivationPoint)] {
    switch mixer {
    case .attention(let attention):
      let inputs = [attention.query] + attention.keyValueProjections
      return inputs.map { ($0, .mixerInput) } + [(attention.output, .mixerOutput)]
    case .latentAttention(let attention): return attention.matrices
    case .recurrent(let mixer):
      return mixer.inputs.map { ($0.linear, .mixerInput) } + [(mixer.output, .mixerOutput)]
    case nil: return []
    }
  }

  private var feedForwardMatrices: [(linear: Linear, input: ActivationPoint)] {
    switch feedForward {
    case .gated(let network): return matrices(of: network, .feedForwardGate)
    case .experts(let experts):
      let own = matrices(of: experts, router: .feedForwardInput, .feedForwardInput)
      guard let shared = experts.shared else { return own }
      return own + (shared.gate.map { [($0, .feedForwardInput)] } ?? [])
        + matrices(of: shared.network, .sharedExpertGate)
    case .both(let pair):
      return matrices(of: pair.network, .feedForwardGate)
        + matrices(of: pair.experts, router: .routerInput, .expertInput)
    case nil: return []
    }
  }

  private func matrices(
    of network: GatedFeedForward, _ gate: ActivationPoint
  ) -> [(linear: Linear, input: ActivationPoint)] {
    [network.gate, network.up].compactMap(\.self).map { ($0, .feedForwardInput) } + [(network.down, gate)]
  }

  private func matrices(
    of experts: Experts, router: ActivationPoint, _ input: ActivationPoint
  ) -> [(linear: Linear, input: ActivationPoint)] {
    let inputs = [experts.gate, experts.up].compactMap(\.self)
    let latent: [(linear: Linear, input: ActivationPoint)] =
      experts.latent.map { [($0.input, input), ($0.output, .expertOutput)] } ?? []
    return [(experts.router, router)] + inputs.map { ($0, experts.latent == nil ? input : .expertInput) }
      + [(experts.down, .expertGate)] + latent
  }
}
