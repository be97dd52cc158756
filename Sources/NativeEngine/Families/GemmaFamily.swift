import CKernels
import Checkpoint

/// Gemma 3 (Gemma Team 2025, arXiv 2503.19786): windows beside global layers with another rotary embedding, norms before and
/// after each half of a layer, scaled embeddings.
struct GemmaFamily: Family {
  static let modelTypes = ["gemma3_text", "gemma3"]

  private let config: ModelConfig
  /// Of windows, then of global layers.
  private let rotaries: [RotaryEmbedding]
  private let scale: Float
  /// By layer: the positions that a token sees, nil for all.
  private let windows: [Int?]

  /// Norms multiply with 1 + weight.
  private static let normOffset: Float = 1

  init(_ config: ModelConfig) throws {
    self.config = config
    try config.checkHeads()
    let fields = config.fields
    rotaries = [
      try Self.rotary("sliding_attention", older: "rope_local_base_freq", base: 10_000, scaling: nil, config),
      try Self.rotary("full_attention", older: "rope_theta", base: 1e6, scaling: "rope_scaling", config),
    ]
    scale = 1 / Float(try fields.number("query_pre_attn_scalar", in: 1...1e6, default: 256)).squareRoot()
    windows = try Self.windows(config)
  }

  /// The rotary embedding of a type of layers: a section of its own since transformers 5, members of the file before.
  private static func rotary(
    _ type: String, older: String, base: Double, scaling: String?, _ config: ModelConfig
  ) throws -> RotaryEmbedding {
    let fields = config.fields
    guard let own = fields.value["rope_parameters"]?[type], own != .null else {
      return try RotaryEmbedding(
        dimensions: config.headDimension, base: try fields.number(older, in: 1...1e12, default: base),
        scaling: scaling.flatMap { fields.has($0) ? fields.value[$0] : nil })
    }
    let theta = try ConfigFields(value: own, file: "config.json").number("rope_theta", in: 1...1e12, default: base)
    return try RotaryEmbedding(dimensions: config.headDimension, base: theta, scaling: own)
  }

  private static func windows(_ config: ModelConfig) throws -> [Int?] {
    let fields = config.fields
    let size = try fields.size("sliding_window", upTo: 1 << 24, default: 512)
    // A model that sees both ways has half of it on either side, and its own position.
    let window = config.isCausal ? size : size / 2 + 1
    if fields.has("layer_types") { return try config.layerWindows(default: size).map { $0.map { _ in window } } }
    let pattern = try fields.size("sliding_window_pattern", upTo: 1 << 12, default: 6)
    return (0..<config.layerCount).map { ($0 + 1) % pattern == 0 ? nil : window }
  }

  func decoder(_ weights: WeightSource) throws -> Decoder {
    let layers = try (0..<config.layerCount).map { index in
      let path = "model.layers.\(index)"
      func norm(_ name: String) throws -> Norm {
        try weights.norm("\(path).\(name)", count: config.hiddenSize, offset: Self.normOffset)
      }
      return DecoderLayer(
        mixerNorm: try norm("input_layernorm"),
        mixer: .attention(
          try weights.attention(
            "\(path).self_attn", norms: try weights.headNorms("\(path).self_attn", offset: Self.normOffset),
            rotary: windows[index] == nil ? 1 : 0, scale: scale, window: windows[index])),
        mixerOutputNorm: try norm("post_attention_layernorm"), feedForwardNorm: try norm("pre_feedforward_layernorm"),
        feedForward: .gated(
          try weights.gatedFeedForward(
            "\(path).mlp", width: config.intermediateSize, activation: RK_GELU_TANH)),
        feedForwardOutputNorm: try norm("post_feedforward_layernorm"))
    }
    return try weights.decoder(
      layers, rotaries: rotaries, isTied: !weights.has("lm_head.weight"),
      // Rounded to bfloat16, as the model was trained.
      embeddingScale: Float(config.hiddenSize).squareRoot().roundedToBFloat16, normOffset: Self.normOffset)
  }
}

extension Float {
  /// To the nearest, ties to even.
  fileprivate var roundedToBFloat16: Float {
    let bits = bitPattern
    return Float(bitPattern: (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff_0000)
  }
}
