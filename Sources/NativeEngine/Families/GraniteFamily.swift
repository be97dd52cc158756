import Checkpoint

/// Granite with experts (IBM 2024): a mixture whose embeddings, scores, layer results and logits are multiplied with
/// constants.
struct GraniteFamily: Family {
  static let modelTypes = ["granitemoe"]

  private let config: ModelConfig
  private let rotary: RotaryEmbedding
  private let routing: Experts.Routing
  private let embeddingMultiplier: Float
  private let residualMultiplier: Float
  private let attentionMultiplier: Float
  private let logitDivisor: Float

  init(_ config: ModelConfig) throws {
    self.config = config
    try config.checkHeads()
    rotary = try RotaryEmbedding(
      dimensions: config.headDimension, base: config.ropeTheta, scaling: config.ropeScaling)
    routing = try config.routing(experts: "num_local_experts", picked: "num_experts_per_tok", isNormalized: true)
    func multiplier(_ name: String) throws -> Float { Float(try config.fields.number(name, in: 1e-6...1e6)) }
    embeddingMultiplier = try multiplier("embedding_multiplier")
    residualMultiplier = try multiplier("residual_multiplier")
    attentionMultiplier = try multiplier("attention_multiplier")
    logitDivisor = try multiplier("logits_scaling")
  }

  func decoder(_ weights: WeightSource) throws -> Decoder {
    let layers = try (0..<config.layerCount).map { index in
      let path = "model.layers.\(index)"
      return DecoderLayer(
        mixerNorm: try norm("\(path).input_layernorm", weights),
        mixer: .attention(try weights.attention("\(path).self_attn", scale: attentionMultiplier)),
        mixerOutputNorm: nil, feedForwardNorm: try norm("\(path).post_attention_layernorm", weights),
        feedForward: .experts(
          try weights.experts(
            "\(path).block_sparse_moe", router: "router.layer", routing: routing, width: config.intermediateSize)),
        feedForwardOutputNorm: nil)
    }
    return try weights.decoder(
      layers, finalNorm: try norm("model.norm", weights).scaled(result: 1 / logitDivisor), rotaries: [rotary],
      embeddingScale: embeddingMultiplier / residualMultiplier)
  }

  /// The hidden state here is Granite's divided by the residual multiplier, so that a layer's result is added as it is.
  private func norm(_ path: String, _ weights: WeightSource) throws -> Norm {
    try weights.norm(path, count: config.hiddenSize).scaled(input: residualMultiplier)
  }
}
