import Checkpoint

/// MiniMax M2 (MiniMax 2025): norms over all query or key heads of a token together, heads that turn in part, and a mixture
/// with sigmoids in every layer.
struct MiniMaxFamily: Family {
  static let modelTypes = ["minimax", "minimax_m2"]

  private let config: ModelConfig
  private let rotary: RotaryEmbedding
  private let hasNorms: Bool
  private let routing: Experts.Routing

  init(_ config: ModelConfig) throws {
    self.config = config
    try config.checkHeads()
    let fields = config.fields
    rotary = try RotaryEmbedding(
      dimensions: try config.rotaryDimension(try fields.size("rotary_dim", upTo: 1 << 12)), base: config.ropeTheta)
    hasNorms = try fields.bool("use_qk_norm", default: true)
    routing = try config.routing(
      experts: "num_local_experts", picked: "num_experts_per_tok", function: .sigmoid, isNormalized: true,
      addend: 1e-20)
  }

  func decoder(_ weights: WeightSource) throws -> Decoder {
    let layers = try (0..<config.layerCount).map { index in
      let path = "model.layers.\(index)"
      let norms = hasNorms ? try weights.commonNorms("\(path).self_attn") : .none
      return DecoderLayer(
        mixerNorm: try weights.norm("\(path).input_layernorm", count: config.hiddenSize),
        mixer: .attention(try weights.attention("\(path).self_attn", norms: norms)), mixerOutputNorm: nil,
        feedForwardNorm: try weights.norm("\(path).post_attention_layernorm", count: config.hiddenSize),
        feedForward: .experts(
          try weights.experts(
            "\(path).block_sparse_moe", selectionBias: "e_score_correction_bias", routing: routing,
            width: config.intermediateSize)),
        feedForwardOutputNorm: nil)
    }
    return try weights.decoder(layers, rotaries: [rotary])
  }
}
