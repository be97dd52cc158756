import Checkpoint

/// GLM 4.5 to 4.7 (GLM-4.5 Team 2025, arXiv 2508.06471): grouped-query attention whose heads turn in part, and
/// DeepSeek-V3's mixtures.
struct GLMFamily: Family {
  static let modelTypes = ["glm4_moe"]

  private let config: ModelConfig
  private let rotary: RotaryEmbedding
  private let hasHeadNorms: Bool
  private let mixture: GroupedMixture

  init(_ config: ModelConfig) throws {
    self.config = config
    try config.checkHeads()
    let share = try config.fields.number("partial_rotary_factor", in: 0.01...1)
    rotary = try RotaryEmbedding(
      dimensions: try config.rotaryDimension(Int(Double(config.headDimension) * share)), base: config.ropeTheta)
    hasHeadNorms = try config.fields.bool("use_qk_norm", default: false)
    mixture = try GroupedMixture(config)
  }

  func decoder(_ weights: WeightSource) throws -> Decoder {
    let layers = try (0..<config.layerCount).map { index in
      let path = "model.layers.\(index)"
      let norms = hasHeadNorms ? try weights.headNorms("\(path).self_attn") : .none
      return DecoderLayer(
        mixerNorm: try weights.norm("\(path).input_layernorm", count: config.hiddenSize),
        mixer: .attention(try weights.attention("\(path).self_attn", norms: norms)), mixerOutputNorm: nil,
        feedForwardNorm: try weights.norm("\(path).post_attention_layernorm", count: config.hiddenSize),
        feedForward: try mixture.feedForward("\(path).mlp", layer: index, weights), feedForwardOutputNorm: nil)
    }
    // The output layer has weights of its own, whatever the configuration says.
    return try weights.decoder(layers, rotaries: [rotary], isTied: false)
  }
}

extension ModelConfig {
  /// Checks how many features of a head turn.
  ///
  /// - Throws: `EngineError.unsupported` for an odd number, or more than a head has.
  func rotaryDimension(_ count: Int) throws -> Int {
    guard count > 0, count % 2 == 0, count <= headDimension else {
      throw EngineError.unsupported("\(count) features of heads of \(headDimension) cannot be rotated in pairs")
    }
    return count
  }
}
