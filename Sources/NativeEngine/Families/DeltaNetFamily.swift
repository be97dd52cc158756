import Checkpoint
import Foundation

/// Hybrids of gated delta nets and gated attention, dense or with experts: Qwen3-Next and Qwen3.5.
struct DeltaNetFamily: Family {
  static let modelTypes = ["qwen3_next", "qwen3_5", "qwen3_5_moe"]

  private let config: ModelConfig
  private let rotary: RotaryEmbedding
  /// Every how many layers there is attention.
  private let attentionInterval: Int
  private let shape: Shape
  /// Nil if no layer is a mixture.
  private let mixture: (routing: Experts.Routing, width: Int, sharedWidth: Int)?
  private let isSparse: [Bool]

  private struct Shape {
    let keyHeads: Int
    let valueHeads: Int
    let keyDimension: Int
    let valueDimension: Int
    let taps: Int
  }

  private var isNext: Bool { config.modelType == "qwen3_next" }

  init(_ config: ModelConfig) throws {
    self.config = config
    try config.checkHeads()
    let fields = config.fields
    let isNext = config.modelType == "qwen3_next"
    let nested = fields.value["rope_parameters"].flatMap { $0.object == nil ? nil : $0 } ?? fields.value
    let share = try ConfigFields(value: nested, file: "config.json").number(
      "partial_rotary_factor", in: 0.01...1, default: 0.25)
    rotary = try RotaryEmbedding(
      dimensions: Int(Double(config.headDimension) * share) / 2 * 2, base: config.ropeTheta,
      scaling: config.ropeScaling)
    attentionInterval = try fields.size("full_attention_interval", upTo: 1 << 12, default: 4)
    shape = Shape(
      keyHeads: try fields.size("linear_num_key_heads", upTo: 1 << 10),
      valueHeads: try fields.size("linear_num_value_heads", upTo: 1 << 10),
      keyDimension: try fields.size("linear_key_head_dim", upTo: 1 << 12),
      valueDimension: try fields.size("linear_value_head_dim", upTo: 1 << 12),
      taps: try fields.size("linear_conv_kernel_dim", upTo: 64, default: 4))
    guard shape.valueHeads % shape.keyHeads == 0 else {
      throw fields.error(
        "linear_num_value_heads", "is \(shape.valueHeads), which the \(shape.keyHeads) key heads do not divide")
    }
    guard fields.value["num_experts"]?.integer ?? 0 > 0 else {
      mixture = nil
      isSparse = Array(repeating: false, count: config.layerCount)
      return
    }
    mixture = (
      try config.routing(
        experts: "num_experts", picked: "num_experts_per_tok",
        isNormalized: try fields.bool("norm_topk_prob", default: !isNext)),
      try fields.size("moe_intermediate_size", upTo: 1 << 24),
      try fields.size("shared_expert_intermediate_size", upTo: 1 << 24)
    )
    isSparse = isNext ? try config.sparseLayers() : Array(repeating: true, count: config.layerCount)
  }

  func decoder(_ weights: WeightSource) throws -> Decoder {
    let layers = try (0..<config.layerCount).map { index in
      let path = "model.layers.\(index)"
      let hasAttention = (index + 1) % attentionInterval == 0
      return DecoderLayer(
        mixerNorm: try weights.norm("\(path).input_layernorm", count: config.hiddenSize),
        mixer: hasAttention
          ? .attention(
            try weights.attention(
              "\(path).self_attn", norms: try weights.headNorms("\(path).self_attn"), isGated: true))
          : .recurrent(try deltaNet("\(path).linear_attn", weights)),
        mixerOutputNorm: nil,
        feedForwardNorm: try weights.norm("\(path).post_attention_layernorm", count: config.hiddenSize),
        feedForward: try feedForward("\(path).mlp", isSparse: isSparse[index], weights), feedForwardOutputNorm: nil)
    }
    return try weights.decoder(layers, rotaries: [rotary])
  }

  private func deltaNet(_ path: String, _ weights: WeightSource) throws -> DeltaNet {
    let hidden = config.hiddenSize
    let (keys, values) = (shape.keyHeads * shape.keyDimension, shape.valueHeads * shape.valueDimension)
    let channels = 2 * keys + values
    let projections: DeltaNet.Projections =
      isNext
      ? .byKeyHead(
        mixed: try weights.linear("\(path).in_proj_qkvz", rows: channels + values, columns: hidden),
        rates: try weights.linear("\(path).in_proj_ba", rows: 2 * shape.valueHeads, columns: hidden))
      : .separate(
        mixed: try weights.linear("\(path).in_proj_qkv", rows: channels, columns: hidden),
        gate: try weights.linear("\(path).in_proj_z", rows: values, columns: hidden),
        rate: try weights.linear("\(path).in_proj_b", rows: shape.valueHeads, columns: hidden),
        decay: try weights.linear("\(path).in_proj_a", rows: shape.valueHeads, columns: hidden))
    return DeltaNet(
      keyHeads: shape.keyHeads, valueHeads: shape.valueHeads, keyDimension: shape.keyDimension,
      valueDimension: shape.valueDimension, projections: projections,
      convolution: CausalConvolution(
        taps: shape.taps,
        // In the order of the original, norms would lack the 1 that mlx-lm adds.
        weights: try weights.floats(named: "\(path).conv1d.weight", shape: [channels, shape.taps, 1]),
        bias: Array(repeating: 0, count: channels)),
      decayRate: try weights.floats(named: "\(path).A_log", shape: [shape.valueHeads]).map { exp($0) },
      decayBias: try weights.floats(named: "\(path).dt_bias", shape: [shape.valueHeads]),
      queryNorm: DeltaNet.unitNorm(shape.keyDimension, scale: 1 / Float(shape.keyDimension).squareRoot()),
      keyNorm: DeltaNet.unitNorm(shape.keyDimension),
      norm: try weights.norm("\(path).norm", count: shape.valueDimension),
      output: try weights.linear("\(path).out_proj", rows: hidden, columns: values))
  }

  private func feedForward(_ path: String, isSparse: Bool, _ weights: WeightSource) throws -> FeedForward {
    guard isSparse, let mixture else {
      return .gated(try weights.gatedFeedForward(path, width: config.intermediateSize))
    }
    var experts = try weights.experts(path, routing: mixture.routing, width: mixture.width)
    let shared = try weights.gatedFeedForward("\(path).shared_expert", width: mixture.sharedWidth)
    let gate = try weights.linear("\(path).shared_expert_gate", rows: 1, columns: config.hiddenSize)
    experts.shared = (shared, gate)
    return .experts(experts)
  }
}
