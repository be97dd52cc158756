import Checkpoint

/// LFM2 (Liquid AI 2025, arXiv 2511.23404): short convolutions beside a few layers of attention, dense or with experts
/// that sigmoids pick.
struct ConvolutionFamily: Family {
  static let modelTypes = ["lfm2", "lfm2_moe"]

  private let config: ModelConfig
  private let rotary: RotaryEmbedding
  /// By layer.
  private let hasAttention: [Bool]
  private let taps: Int
  private let width: Int
  /// Nil if no layer is a mixture.
  private let mixture: Mixture?

  private struct Mixture {
    let routing: Experts.Routing
    let width: Int
    let hasBias: Bool
    /// Layers before the first mixture.
    let denseLayers: Int
  }

  init(_ config: ModelConfig) throws {
    self.config = config
    try config.checkHeads()
    let fields = config.fields
    rotary = try RotaryEmbedding(dimensions: config.headDimension, base: config.ropeTheta)
    hasAttention = try config.attentionLayers()
    taps = try fields.size("conv_L_cache", upTo: 64)
    guard config.modelType == "lfm2_moe" else {
      width = try config.blockWidth()
      mixture = nil
      return
    }
    width = config.intermediateSize
    mixture = Mixture(
      routing: try config.routing(
        experts: "num_experts", picked: "num_experts_per_tok", function: .sigmoid,
        isNormalized: try fields.bool("norm_topk_prob", default: true), addend: 1e-6,
        scale: Float(try fields.number("routed_scaling_factor", in: 1e-6...1e6, default: 1))),
      width: try fields.size("moe_intermediate_size", upTo: 1 << 24),
      hasBias: try fields.bool("use_expert_bias", default: true),
      denseLayers: Int(try fields.number("num_dense_layers", in: 0...4096)))
  }

  func decoder(_ weights: WeightSource) throws -> Decoder {
    let layers = try (0..<config.layerCount).map { index in
      let path = "model.layers.\(index)"
      return DecoderLayer(
        mixerNorm: try weights.norm("\(path).operator_norm", count: config.hiddenSize),
        mixer: hasAttention[index]
          ? .attention(try attention("\(path).self_attn", weights))
          : .recurrent(try convolution("\(path).conv", weights)),
        mixerOutputNorm: nil, feedForwardNorm: try weights.norm("\(path).ffn_norm", count: config.hiddenSize),
        feedForward: try feedForward("\(path).feed_forward", layer: index, weights), feedForwardOutputNorm: nil)
    }
    return try weights.decoder(
      layers, finalNorm: try weights.norm("model.embedding_norm", count: config.hiddenSize), rotaries: [rotary],
      isTied: true)
  }

  private func attention(_ path: String, _ weights: WeightSource) throws -> Attention {
    let norms = Attention.HeadNorms.perHead(
      query: try weights.norm("\(path).q_layernorm", count: config.headDimension),
      key: try weights.norm("\(path).k_layernorm", count: config.headDimension))
    return try weights.attention(path, norms: norms, output: "out_proj")
  }

  private func convolution(_ path: String, _ weights: WeightSource) throws -> ShortConvolution {
    let hidden = config.hiddenSize
    return ShortConvolution(
      input: try weights.linear("\(path).in_proj", rows: 3 * hidden, columns: hidden),
      output: try weights.linear("\(path).out_proj", rows: hidden, columns: hidden),
      convolution: try weights.convolution("\(path).conv", channels: hidden, taps: taps))
  }

  private func feedForward(_ path: String, layer: Int, _ weights: WeightSource) throws -> FeedForward {
    guard let mixture else {
      return .gated(try weights.gatedFeedForward(path, gate: "w1", up: "w3", down: "w2", width: width))
    }
    guard layer >= mixture.denseLayers else { return .gated(try weights.gatedFeedForward(path, width: width)) }
    return .experts(
      try weights.experts(
        path, selectionBias: mixture.hasBias ? "expert_bias" : nil, routing: mixture.routing, width: mixture.width))
  }
}

extension ModelConfig {
  /// The layers with attention, from `full_attn_idxs` or `layer_types`.
  ///
  /// - Throws: `CheckpointError`.
  fileprivate func attentionLayers() throws -> [Bool] {
    if fields.has("full_attn_idxs") {
      let indices = Set((fields.value["full_attn_idxs"]?.array ?? []).compactMap(\.integer))
      return (0..<layerCount).map(indices.contains)
    }
    guard let types = fields.value["layer_types"]?.array, types.count == layerCount else {
      throw fields.error("layer_types", "does not name the kinds of \(layerCount) layers")
    }
    return types.map { $0.string == "full_attention" }
  }

  /// The feed-forward's features, as LFM2 derives them.
  ///
  /// - Throws: `CheckpointError`.
  fileprivate func blockWidth() throws -> Int {
    var width = try fields.size("block_ff_dim", upTo: 1 << 24, default: intermediateSize)
    guard try fields.bool("block_auto_adjust_ff_dim", default: false) else { return width }
    width = 2 * width / 3
    let factor = try fields.number("block_ffn_dim_multiplier", in: 1e-3...1e3, default: 1)
    let unit = try fields.size("block_multiple_of", upTo: 1 << 20)
    return (Int(factor * Double(width)) + unit - 1) / unit * unit
  }
}
