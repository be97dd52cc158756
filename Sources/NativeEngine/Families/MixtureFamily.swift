import Checkpoint

/// Mixtures of experts around Llama's attention: Mixtral (Jiang et al. 2024), OLMoE (Muennighoff et al. 2024) and Qwen 3
/// with experts.
struct MixtureFamily: Family {
  static let modelTypes = ["mixtral", "olmoe", "qwen3_moe"]

  private let config: ModelConfig
  private let rotary: RotaryEmbedding
  private let routing: Experts.Routing
  private let expertWidth: Int
  /// By layer.
  private let isSparse: [Bool]

  init(_ config: ModelConfig) throws {
    self.config = config
    try config.checkHeads()
    let fields = config.fields
    let scaling = config.modelType == "olmoe" ? config.ropeScaling : nil
    rotary = try RotaryEmbedding(dimensions: config.headDimension, base: config.ropeTheta, scaling: scaling)
    let isMixtral = config.modelType == "mixtral"
    routing = try config.routing(
      experts: isMixtral ? "num_local_experts" : "num_experts", picked: "num_experts_per_tok",
      // Softmax over the picked scores alone is softmax over all, divided by the sum of the picked.
      isNormalized: isMixtral ? true : try fields.bool("norm_topk_prob", default: false))
    let isQwen = config.modelType == "qwen3_moe"
    expertWidth = isQwen ? try fields.size("moe_intermediate_size", upTo: 1 << 24) : config.intermediateSize
    isSparse = isQwen ? try config.sparseLayers() : Array(repeating: true, count: config.layerCount)
  }

  func decoder(_ weights: WeightSource) throws -> Decoder {
    let layers = try (0..<config.layerCount).map { index in
      let path = "model.layers.\(index)"
      return DecoderLayer(
        mixerNorm: try weights.norm("\(path).input_layernorm", count: config.hiddenSize),
        mixer: .attention(
          try weights.attention("\(path).self_attn", norms: try norms("\(path).self_attn", weights))),
        mixerOutputNorm: nil,
        feedForwardNorm: try weights.norm("\(path).post_attention_layernorm", count: config.hiddenSize),
        feedForward: try feedForward(path, isSparse: isSparse[index], weights), feedForwardOutputNorm: nil)
    }
    return try weights.decoder(layers, rotaries: [rotary])
  }

  private func norms(_ path: String, _ weights: WeightSource) throws -> Attention.HeadNorms {
    switch config.modelType {
    case "qwen3_moe": return try weights.headNorms(path)
    case "olmoe": return try weights.commonNorms(path)
    default: return .none
    }
  }

  private func feedForward(_ path: String, isSparse: Bool, _ weights: WeightSource) throws -> FeedForward {
    guard isSparse else {
      return .gated(try weights.gatedFeedForward("\(path).mlp", width: config.intermediateSize))
    }
    let block = config.modelType == "mixtral" ? "block_sparse_moe" : "mlp"
    return .experts(try weights.experts("\(path).\(block)", routing: routing, width: expertWidth))
  }
}

extension ModelConfig {
  /// Which layers are mixtures: every `decoder_sparse_step`-th that `mlp_only_layers` does not name.
  ///
  /// - Throws: `CheckpointError`.
  func sparseLayers() throws -> [Bool] {
    let step = try fields.size("decoder_sparse_step", upTo: 1 << 12, default: 1)
    let dense = Set((fields.value["mlp_only_layers"]?.array ?? []).compactMap(\.integer))
    return (0..<layerCount).map { ($0 + 1) % step == 0 && !dense.contains($0) }
  }
}
