import Checkpoint

/// Dense decoders that follow Llama (Touvron et al. 2023): grouped-query attention with rotary embeddings and a gated
/// feed-forward network, each behind an RMS norm.
///
/// Mistral has another configuration only; Qwen 2 adds biases, Qwen 3 norms of query and key heads, Ministral 3 queries that
/// grow with their position.
struct DenseFamily: Family {
  static let modelTypes = ["llama", "mistral", "ministral3", "qwen2", "qwen3"]

  private let config: ModelConfig
  private let rotary: RotaryEmbedding
  /// By layer: the positions that a token sees, nil for all.
  private let windows: [Int?]
  private let isInterleaved: Bool
  private let queryGrowth: Attention.QueryGrowth?

  init(_ config: ModelConfig) throws {
    self.config = config
    try config.checkHeads()
    rotary = try RotaryEmbedding(
      dimensions: config.headDimension, base: config.ropeTheta, scaling: config.ropeScaling)
    windows = try config.layerWindows(isNamed: ["llama", "mistral", "ministral3"].contains(config.modelType))
    isInterleaved = try config.fields.bool("rope_traditional", default: false)
    queryGrowth = config.modelType == "ministral3" ? try Self.queryGrowth(config) : nil
  }

  private static func queryGrowth(_ config: ModelConfig) throws -> Attention.QueryGrowth {
    guard let scaling = config.fields.value["rope_parameters"], let beta = scaling["llama_4_scaling_beta"]?.number,
      let original = scaling["original_max_position_embeddings"]?.integer, original > 0
    else {
      throw EngineError.unsupported(
        "rope_parameters of config.json lacks llama_4_scaling_beta or original_max_position_embeddings")
    }
    return Attention.QueryGrowth(beta: beta, original: original)
  }

  func decoder(_ weights: WeightSource) throws -> Decoder {
    let layers = try (0..<config.layerCount).map { index in
      let path = "model.layers.\(index)"
      let norms = config.modelType == "qwen3" ? try weights.headNorms("\(path).self_attn") : .none
      let attention = try weights.attention(
        "\(path).self_attn", norms: norms, window: windows[index], isInterleaved: isInterleaved,
        queryGrowth: queryGrowth)
      return DecoderLayer(
        mixerNorm: try weights.norm("\(path).input_layernorm", count: config.hiddenSize), mixer: .attention(attention),
        mixerOutputNorm: nil,
        feedForwardNorm: try weights.norm("\(path).post_attention_layernorm", count: config.hiddenSize),
        feedForward: .gated(try weights.gatedFeedForward("\(path).mlp", width: config.intermediateSize)),
        feedForwardOutputNorm: nil)
    }
    return try weights.decoder(layers, rotaries: [rotary])
  }
}

extension ModelConfig {
  /// The window of each layer: `sliding_window` where `layer_types` says so.
  ///
  /// - Parameters:
  ///   - isNamed: Whether the family reads `layer_types`.
  ///   - window: If the configuration does not say it.
  /// - Throws: `CheckpointError`.
  func layerWindows(isNamed: Bool = true, default window: Int? = nil) throws -> [Int?] {
    guard isNamed, let types = fields.value["layer_types"]?.array else {
      return Array(repeating: nil, count: layerCount)
    }
    guard types.count == layerCount else {
      throw fields.error("layer_types", "has \(types.count) members for \(layerCount) layers")
    }
    return try types.map { type in
      type.string == "sliding_attention" ? try fields.size("sliding_window", upTo: 1 << 24, default: window) : nil
    }
  }
}
