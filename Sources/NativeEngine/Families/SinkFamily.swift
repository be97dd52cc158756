import CKernels
import Checkpoint

/// gpt-oss (OpenAI 2025, arXiv 2508.10925): experts with biases and a clamped activation behind attention with sinks, whose
/// window every second layer bounds.
struct SinkFamily: Family {
  static let modelTypes = ["gpt_oss"]

  private let config: ModelConfig
  private let rotary: RotaryEmbedding
  private let routing: Experts.Routing
  private let windows: [Int?]

  init(_ config: ModelConfig) throws {
    self.config = config
    try config.checkHeads()
    rotary = try RotaryEmbedding(
      dimensions: config.headDimension, base: config.ropeTheta, scaling: config.ropeScaling)
    routing = try config.routing(experts: "num_local_experts", picked: "num_experts_per_tok", isNormalized: true)
    guard config.fields.has("layer_types") else {
      let window = try config.fields.size("sliding_window", upTo: 1 << 24, default: 128)
      windows = (0..<config.layerCount).map { $0 % 2 == 0 ? window : nil }
      return
    }
    windows = try config.layerWindows()
  }

  func decoder(_ weights: WeightSource) throws -> Decoder {
    let layers = try (0..<config.layerCount).map { index in
      let path = "model.layers.\(index)"
      let sinks = try weights.floats(named: "\(path).self_attn.sinks", shape: [config.attentionHeadCount])
      return DecoderLayer(
        mixerNorm: try weights.norm("\(path).input_layernorm", count: config.hiddenSize),
        mixer: .attention(
          try weights.attention("\(path).self_attn", window: windows[index], sinks: sinks)),
        mixerOutputNorm: nil,
        feedForwardNorm: try weights.norm("\(path).post_attention_layernorm", count: config.hiddenSize),
        feedForward: .experts(
          try weights.experts(
            "\(path).mlp", router: "router", stack: "experts", routing: routing, width: config.intermediateSize,
            activation: RK_CLAMPED_SWIGLU)),
        feedForwardOutputNorm: nil)
    }
    // The output layer has weights of its own, whatever the configuration says.
    return try weights.decoder(layers, rotaries: [rotary], isTied: false)
  }
}
