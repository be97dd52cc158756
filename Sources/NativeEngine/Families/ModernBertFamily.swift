import CKernels
import Checkpoint
import JSON

/// ModernBERT (Warner et al. 2024, arXiv 2412.13663): rotary embedding, layers that see their neighbours beside layers that
/// see all, gated networks, a norm before each block.
struct ModernBertFamily: EncoderFamily {
  static let modelTypes = ["modernbert"]

  private let config: ModelConfig
  private let activation: rk_activation
  /// Of layers that see all, then of layers that see their neighbours.
  private let rotaries: [RotaryEmbedding]
  /// By layer: how near a token must be to be seen, nil if all are.
  private let windows: [Int?]

  init(_ config: ModelConfig) throws {
    self.config = config
    let fields = config.fields
    try config.checkHeads()
    guard config.keyValueHeadCount == config.attentionHeadCount else {
      throw EngineError.unsupported("the native engine needs heads with their own keys in ModernBERT")
    }
    activation = try rk_activation(
      named: fields.has("hidden_activation") ? fields.string("hidden_activation") : "gelu")
    rotaries = [
      try Self.rotary("full_attention", older: "global_rope_theta", base: 160_000, config),
      try Self.rotary("sliding_attention", older: "local_rope_theta", base: 10_000, config),
    ]
    // `local_attention` counts both sides; the half is how far a token is seen, and one more is the first that is not.
    let window = try fields.size("local_attention", upTo: 1 << 24, default: 128) / 2 + 1
    if fields.has("layer_types") {
      windows = try config.layerWindows(default: window).map { $0.map { _ in window } }
    } else {
      let period = try fields.size("global_attn_every_n_layers", upTo: 1 << 12, default: 3)
      windows = (0..<config.layerCount).map { $0 % period == 0 ? nil : window }
    }
  }

  private static func rotary(
    _ type: String, older: String, base: Double, _ config: ModelConfig
  ) throws -> RotaryEmbedding {
    let own: JSONValue? = config.fields.value["rope_parameters"]?[type]
    let nested = ConfigFields(value: own ?? .null, file: "config.json")
    let theta =
      nested.has("rope_theta")
      ? try nested.number("rope_theta", in: 1...1e12) : try config.fields.number(older, in: 1...1e12, default: base)
    return try RotaryEmbedding(dimensions: config.headDimension, base: theta, scaling: own)
  }

  func encoder(_ weights: WeightSource, kernels: Kernels) throws -> Encoder {
    let prefix = weights.has("model.embeddings.tok_embeddings.weight") ? "model." : ""
    // Of the masked language model.
    for path in ["head.dense", "head.norm", "decoder"] { weights.leaveOut(path) }
    return Encoder(
      config: config,
      embedding: try weights.linear(
        "\(prefix)embeddings.tok_embeddings", rows: config.vocabularySize, columns: config.hiddenSize),
      positions: [], embeddingNorm: try weights.centeredNorm("\(prefix)embeddings.norm"),
      layers: try (0..<config.layerCount).map { try layer(weights, prefix, $0) },
      finalNorm: try weights.centeredNorm("\(prefix)final_norm"), rotaries: rotaries,
      maximumTokens: config.maxPositionEmbeddings)
  }

  private func layer(_ weights: WeightSource, _ prefix: String, _ index: Int) throws -> EncoderLayer {
    let path = "\(prefix)layers.\(index)"
    let (hidden, inner) = (config.hiddenSize, config.intermediateSize)
    let heads = try weights.linears("\(path).attn.Wqkv", parts: 3, rows: hidden, columns: hidden)
    let network = try weights.linears("\(path).mlp.Wi", parts: 2, rows: inner, columns: hidden)
    return EncoderLayer(
      attention: Attention(
        encoding: config, query: heads[0], key: heads[1], value: heads[2],
        output: try weights.linear("\(path).attn.Wo", rows: hidden, columns: hidden),
        rotary: windows[index] == nil ? 0 : 1, window: windows[index]),
      // The first layer reads what the norm of the embeddings left.
      attentionNorms: .init(before: index == 0 ? nil : try weights.centeredNorm("\(path).attn_norm")),
      feedForward: EncoderFeedForward(
        gate: network[0], up: network[1],
        down: try weights.linear("\(path).mlp.Wo", rows: hidden, columns: inner), activation: activation),
      feedForwardNorms: .init(before: try weights.centeredNorm("\(path).mlp_norm")))
  }
}
