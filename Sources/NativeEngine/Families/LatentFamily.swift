import Checkpoint
import Foundation
import JSON

/// Decoders with latent attention: DeepSeek-V3 (DeepSeek-AI 2024, arXiv 2412.19437), with Kimi K2 and Moonlight, and GLM
/// 4.7 Flash.
struct LatentFamily: Family {
  static let modelTypes = ["deepseek_v3", "kimi_k2", "joyai_llm_flash", "glm4_moe_lite"]

  private let config: ModelConfig
  private let rotary: RotaryEmbedding
  private let shape: Shape
  private let scale: Float
  /// Of the norms inside attention.
  private let epsilon: Double
  private let mixture: GroupedMixture

  private struct Shape {
    let rank: Int
    /// Nil for queries that are not compressed.
    let queryRank: Int?
    let plain: Int
    let turned: Int
    let value: Int
  }

  init(_ config: ModelConfig) throws {
    self.config = config
    let fields = config.fields
    let isGLM = config.modelType == "glm4_moe_lite"
    let isDirect = fields.value["q_lora_rank"] == .null
    func size(_ name: String, _ fallback: Int) throws -> Int { try fields.size(name, upTo: 1 << 16, default: fallback) }
    shape = Shape(
      rank: try size("kv_lora_rank", 512), queryRank: isDirect ? nil : try size("q_lora_rank", isGLM ? 768 : 1536),
      plain: try size("qk_nope_head_dim", isGLM ? 192 : 128), turned: try size("qk_rope_head_dim", 64),
      value: try size("v_head_dim", isGLM ? 256 : 128))
    guard shape.turned % 2 == 0, (shape.rank + shape.turned) % 8 == 0 else {
      throw EngineError.unsupported(
        "the kernels need latents and rotated keys of together a multiple of 8 features, not \(shape.rank) and "
          + "\(shape.turned)")
    }
    let scaling = fields.has("rope_scaling") ? fields.value["rope_scaling"] : nil
    rotary = try RotaryEmbedding(dimensions: shape.turned, base: config.ropeTheta, scaling: scaling)
    scale = Self.scale(of: shape.plain + shape.turned, scaling)
    epsilon = isGLM ? config.rmsNormEpsilon : 1e-6
    mixture = try GroupedMixture(config, denseCount: isGLM ? 1 : 0, addend: isGLM ? 1e-20 : 0)
  }

  /// YaRN's correction of the scores' temperature, which DeepSeek applies once per factor of a score.
  private static func scale(of dimension: Int, _ scaling: JSONValue?) -> Float {
    let plain = 1 / Double(dimension).squareRoot()
    guard let weight = scaling?["mscale_all_dim"]?.number, weight != 0, let factor = scaling?["factor"]?.number,
      factor > 1
    else { return Float(plain) }
    let correction = 0.1 * weight * log(factor) + 1
    return Float(plain * correction * correction)
  }

  func decoder(_ weights: WeightSource) throws -> Decoder {
    let layers = try (0..<config.layerCount).map { index in
      let path = "model.layers.\(index)"
      return DecoderLayer(
        mixerNorm: try weights.norm("\(path).input_layernorm", count: config.hiddenSize),
        mixer: .latentAttention(try attention("\(path).self_attn", weights)), mixerOutputNorm: nil,
        feedForwardNorm: try weights.norm("\(path).post_attention_layernorm", count: config.hiddenSize),
        feedForward: try mixture.feedForward("\(path).mlp", layer: index, weights), feedForwardOutputNorm: nil)
    }
    // The output layer has weights of its own, whatever the configuration says.
    return try weights.decoder(layers, rotaries: [rotary], isTied: false)
  }

  private func attention(_ path: String, _ weights: WeightSource) throws -> LatentAttention {
    let (hidden, heads) = (config.hiddenSize, config.attentionHeadCount)
    let queries = heads * (shape.plain + shape.turned)
    let query: LatentAttention.QueryProjection
    if let rank = shape.queryRank {
      query = .compressed(
        down: try weights.linear("\(path).q_a_proj", rows: rank, columns: hidden),
        norm: try weights.norm("\(path).q_a_layernorm", count: rank, epsilon: epsilon),
        up: try weights.linear("\(path).q_b_proj", rows: queries, columns: rank))
    } else {
      query = .direct(try weights.linear("\(path).q_proj", rows: queries, columns: hidden))
    }
    let (absorption, expansion) = try weights.headMatrices(
      path, heads: heads, rank: shape.rank, plain: shape.plain, value: shape.value)
    return LatentAttention(
      heads: heads, rank: shape.rank, plainDimension: shape.plain, turnedDimension: shape.turned,
      valueDimension: shape.value, query: query,
      latent: try weights.linear("\(path).kv_a_proj_with_mqa", rows: shape.rank + shape.turned, columns: hidden),
      latentNorm: try weights.norm("\(path).kv_a_layernorm", count: shape.rank, epsilon: epsilon),
      absorption: absorption, expansion: expansion,
      output: try weights.linear("\(path).o_proj", rows: hidden, columns: heads * shape.value), rotary: 0,
      scale: scale)
  }
}
