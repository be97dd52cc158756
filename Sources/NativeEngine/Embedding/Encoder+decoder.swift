extension Encoder {
  /// A decoder that vectors are made with: its layers and its last norm, whose states are pooled.
  ///
  /// - Throws: `.unsupported` for layers that only a sequence of tokens runs through.
  init(_ decoder: Decoder) throws(EngineError) {
    let type = decoder.config.modelType
    guard decoder.layerInputs == nil else {
      throw .unsupported("the engine makes no vectors with the inputs of \(type)")
    }
    var layers: [EncoderLayer] = []
    for (index, layer) in decoder.layers.enumerated() {
      guard let converted = EncoderLayer(layer) else {
        throw .unsupported(
          "the engine generates with \(type), but makes no vectors with it: its layer \(index) is not plain attention and a "
            + "gated network")
      }
      layers.append(converted)
    }
    self.init(
      config: decoder.config, embedding: decoder.embedding, embeddingScale: decoder.embeddingScale, positions: [],
      embeddingNorm: nil, layers: layers, finalNorm: .rootMeanSquare(decoder.finalNorm), rotaries: decoder.rotaries,
      isCausal: decoder.isCausal, maximumTokens: decoder.config.maxPositionEmbeddings)
  }
}

extension EncoderLayer {
  /// Nil for a layer of another kind than attention with its own keys and values, and a gated network.
  fileprivate init?(_ layer: DecoderLayer) {
    guard case .attention(let attention) = layer.mixer, case .gated(let network) = layer.feedForward,
      case .own(_, _?) = attention.memory, attention.norms.areOfQueriesAndKeys, !attention.isGated,
      attention.sinks == nil, attention.queryGrowth == nil, network.up != nil, layer.inputGate == nil, layer.scale == 1
    else { return nil }
    self.init(
      attention: attention,
      attentionNorms: Norms(
        before: .rootMeanSquare(layer.mixerNorm), ofResult: layer.mixerOutputNorm.map { .rootMeanSquare($0) }),
      feedForward: EncoderFeedForward(
        gate: network.gate, up: network.up, down: network.down, activation: network.activation),
      feedForwardNorms: Norms(
        before: .rootMeanSquare(layer.feedForwardNorm),
        ofResult: layer.feedForwardOutputNorm.map { .rootMeanSquare($0) }))
  }
}

extension Attention.HeadNorms {
  /// Whether no more than each query and key head is normalized by itself.
  fileprivate var areOfQueriesAndKeys: Bool {
    switch self {
    case .none, .perHead(_, _, nil): true
    case .perHead, .queries, .together: false
    }
  }
}
