import CKernels
import Checkpoint
import JSON

/// Gemma 4 (Google 2026): Gemma 3's layers with global heads of another size, values that may be the keys, layers that share
/// the keys and values of earlier ones, inputs of each layer besides the hidden state, and experts beside the dense network.
struct Gemma4Family: Family {
  static let modelTypes = ["gemma4", "gemma4_text", "gemma4_unified"]

  private let config: ModelConfig
  /// Of windows, then of global layers.
  private let rotaries: [RotaryEmbedding]
  /// By layer: the positions that a token sees, nil for all.
  private let windows: [Int?]
  private let globalDimension: Int
  private let globalKeyValueHeads: Int
  /// Whether global layers have no value projection.
  private let isKeyValue: Bool
  /// Layers before this have keys and values of their own.
  private let firstSharing: Int
  private let isDoubleWide: Bool
  /// Nil if layers see the hidden state only.
  private let inputs: (width: Int, vocabulary: Int)?
  /// Nil for dense networks only.
  private let mixture: (routing: Experts.Routing, width: Int)?
  private let logitCap: Float?

  init(_ config: ModelConfig) throws {
    self.config = config
    let fields = config.fields
    let layers = config.layerCount
    windows = try Self.windows(config)
    globalDimension = try fields.count("global_head_dim", upTo: 1 << 12, default: 512) ?? config.headDimension
    isKeyValue = try fields.bool("attention_k_eq_v", default: false)
    let heads = isKeyValue ? try fields.count("num_global_key_value_heads", upTo: 1 << 10) : nil
    globalKeyValueHeads = heads ?? config.keyValueHeadCount
    guard config.attentionHeadCount % globalKeyValueHeads == 0 else {
      throw fields.error(
        "num_global_key_value_heads", "is \(globalKeyValueHeads), which does not divide the query heads")
    }
    for dimension in [config.headDimension, globalDimension] { try config.checkHeads(of: dimension) }
    if try fields.bool("rope_traditional", default: false) {
      throw EngineError.unsupported("the native engine does not interleave the rotation of Gemma 4's heads")
    }
    rotaries = [
      try Self.rotary("sliding_attention", dimensions: config.headDimension, fields),
      try Self.rotary("full_attention", dimensions: globalDimension, fields),
    ]
    firstSharing = layers - (try fields.count("num_kv_shared_layers", upTo: layers - 1, default: 20) ?? 0)
    isDoubleWide = try fields.bool("use_double_wide_mlp", default: true)
    let width = try fields.count("hidden_size_per_layer_input", upTo: 1 << 16, default: 256)
    inputs = try width.map {
      ($0, try fields.size("vocab_size_per_layer_input", upTo: 1 << 26, default: 262_144))
    }
    guard inputs?.vocabulary ?? .max >= config.vocabularySize else {
      throw fields.error("vocab_size_per_layer_input", "is below the vocabulary's \(config.vocabularySize) tokens")
    }
    mixture =
      try fields.bool("enable_moe_block", default: false)
      ? (
        // Softmax over the picked scores alone is softmax over all, divided by the sum of the picked.
        try config.routing(experts: "num_experts", picked: "top_k_experts", isNormalized: true),
        try fields.size("moe_intermediate_size", upTo: 1 << 24)
      ) : nil
    let cap = try fields.number("final_logit_softcapping", in: 1e-6...1e6, default: 30)
    logitCap = fields.value["final_logit_softcapping"] == .null ? nil : Float(cap)
  }

  private static func windows(_ config: ModelConfig) throws -> [Int?] {
    let fields = config.fields
    if fields.has("layer_types") { return try config.layerWindows(default: 512) }
    let window = try fields.size("sliding_window", upTo: 1 << 24, default: 512)
    let pattern = try fields.size("sliding_window_pattern", upTo: 1 << 12, default: 5)
    return (0..<config.layerCount).map { ($0 + 1) % pattern == 0 ? nil : window }
  }

  /// The rotary embedding of a type of layers.
  private static func rotary(_ type: String, dimensions: Int, _ fields: ConfigFields) throws -> RotaryEmbedding {
    let own: JSONValue? = fields.has("rope_parameters") ? fields.value["rope_parameters"]?[type] : defaults[type]
    let base = try ConfigFields(value: own ?? .null, file: "config.json").number(
      "rope_theta", in: 1...1e12, default: 10_000)
    return try RotaryEmbedding(dimensions: dimensions, base: base, scaling: own)
  }

  private static let defaults: JSONValue = [
    "full_attention": ["partial_rotary_factor": 0.25, "rope_theta": 1_000_000, "rope_type": "proportional"]
  ]

  func decoder(_ weights: WeightSource) throws -> Decoder {
    let (hidden, count) = (config.hiddenSize, config.layerCount)
    let layers = try (0..<count).map { try layer($0, weights) }
    let layerInputs = try inputs.map { width, vocabulary in
      LayerInputs(
        embedding: try weights.linear("model.embed_tokens_per_layer", rows: vocabulary, columns: count * width),
        embeddingScale: (Float(width) / 2).squareRoot(),
        projection: try weights.linear("model.per_layer_model_projection", rows: count * width, columns: hidden),
        // The projection divided by √hidden, and the sum by √2.
        norm: try weights.norm("model.per_layer_projection_norm", count: width)
          .scaled(input: 1 / Float(hidden).squareRoot(), result: Float(0.5).squareRoot()))
    }
    return try weights.decoder(
      layers, rotaries: rotaries, isTied: try config.fields.bool("tie_word_embeddings", default: true),
      embeddingScale: Float(hidden).squareRoot(), logitCap: logitCap, layerInputs: layerInputs)
  }

  private func layer(_ index: Int, _ weights: WeightSource) throws -> DecoderLayer {
    let path = "model.layers.\(index)"
    func norm(_ name: String) throws -> Norm { try weights.norm("\(path).\(name)", count: config.hiddenSize) }
    let isWide = isDoubleWide && index >= firstSharing
    let network = try weights.gatedFeedForward(
      "\(path).mlp", width: config.intermediateSize * (isWide ? 2 : 1), activation: RK_GELU_TANH)
    return DecoderLayer(
      mixerNorm: try norm("input_layernorm"), mixer: .attention(try attention("\(path).self_attn", index, weights)),
      mixerOutputNorm: try norm("post_attention_layernorm"), feedForwardNorm: try norm("pre_feedforward_layernorm"),
      feedForward: try withExperts(network, path, norm, weights),
      feedForwardOutputNorm: try norm("post_feedforward_layernorm"),
      inputGate: try inputs.map { width, _ in
        LayerInputGate(
          part: index, partCount: config.layerCount,
          gate: try weights.linear("\(path).per_layer_input_gate", rows: width, columns: config.hiddenSize),
          projection: try weights.linear("\(path).per_layer_projection", rows: config.hiddenSize, columns: width),
          norm: try norm("post_per_layer_input_norm"))
      },
      scale: try weights.floats(named: "\(path).layer_scalar", shape: [1])[0])
  }

  private func attention(_ path: String, _ index: Int, _ weights: WeightSource) throws -> Attention {
    let hidden = config.hiddenSize
    let isGlobal = windows[index] == nil
    let (heads, dimension) = (config.attentionHeadCount, isGlobal ? globalDimension : config.headDimension)
    let keyValueHeads = isGlobal ? globalKeyValueHeads : config.keyValueHeadCount
    func norm(_ name: String) throws -> Norm { try weights.norm("\(path).\(name)", count: dimension) }
    func keyValue(_ name: String) throws -> Linear {
      try weights.linear("\(path).\(name)", rows: keyValueHeads * dimension, columns: hidden)
    }
    let memory: Attention.Memory
    let norms: Attention.HeadNorms
    if index < firstSharing {
      memory = .own(key: try keyValue("k_proj"), value: isGlobal && isKeyValue ? nil : try keyValue("v_proj"))
      norms = .perHead(
        query: try norm("q_norm"), key: try norm("k_norm"),
        value: Norm(weight: Array(repeating: 1, count: dimension), epsilon: Float(config.rmsNormEpsilon)))
    } else {
      guard let earlier = (0..<firstSharing).last(where: { (windows[$0] == nil) == isGlobal }) else {
        throw config.fields.error("num_kv_shared_layers", "leaves layer \(index) no keys and values to share")
      }
      for name in ["k_proj", "v_proj", "k_norm"] { weights.leaveOut("\(path).\(name)") }
      (memory, norms) = (.layer(earlier), .queries(try norm("q_norm")))
    }
    return Attention(
      heads: heads, keyValueHeads: keyValueHeads, dimension: dimension,
      query: try weights.linear("\(path).q_proj", rows: heads * dimension, columns: hidden), memory: memory,
      output: try weights.linear("\(path).o_proj", rows: hidden, columns: heads * dimension), norms: norms,
      rotary: isGlobal ? 1 : 0, scale: 1, window: windows[index], sinks: nil, isGated: false, queryGrowth: nil)
  }

  private func withExperts(
    _ network: GatedFeedForward, _ path: String, _ norm: (String) throws -> Norm, _ weights: WeightSource
  ) throws -> FeedForward {
    guard let mixture else { return .gated(network) }
    let scale = try weights.floats(named: "\(path).router.scale", shape: [config.hiddenSize])
    var experts = try weights.experts(
      path, router: "router.proj", stack: "experts.switch_glu", routing: mixture.routing, width: mixture.width,
      activation: RK_GELU_TANH)
    experts.scales = try weights.floats(
      named: "\(path).router.per_expert_scale", shape: [mixture.routing.expertCount])
    return .both(
      NetworkBesideExperts(
        network: network, networkOutputNorm: try norm("post_feedforward_layernorm_1"),
        routerNorm: Norm(weight: scale, epsilon: Float(config.rmsNormEpsilon))
          .scaled(result: 1 / Float(config.hiddenSize).squareRoot()),
        expertsNorm: try norm("pre_feedforward_layernorm_2"), experts: experts,
        expertsOutputNorm: try norm("post_feedforward_layernorm_2")))
  }
}
