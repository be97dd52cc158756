import Foundation
import JSON

/// The sizes that decide how many bytes a KV cache takes.
///
/// Read from the `config.json` of any family, also of those that the engine does not run: values are taken as they
/// stand. `ModelConfig` is the checked form for models that are loaded.
public struct CacheShape: Sendable, Equatable {
  public let layerCount: Int
  public let keyValueHeadCount: Int
  public let headDimension: Int
  /// Numbers per token and layer of latent attention, whose heads share them; nil for keys and values of each head.
  public let latentDimension: Int?

  public init(layerCount: Int, keyValueHeadCount: Int, headDimension: Int, latentDimension: Int? = nil) {
    (self.layerCount, self.keyValueHeadCount, self.headDimension) = (layerCount, keyValueHeadCount, headDimension)
    self.latentDimension = latentDimension
  }

  /// Reads the `config.json` of a model folder; nil if it cannot be read, is no JSON or lacks a size.
  public init?(of folder: URL) {
    guard let config = try? JSONValue(contentsOf: folder.appendingPathComponent("config.json")) else { return nil }
    self.init(config)
  }

  /// Reads the contents of a `config.json`.
  ///
  /// Without `num_key_value_heads` each attention head has its own keys and values; without `head_dim` the heads divide
  /// the hidden size.
  ///
  /// Nil if `num_hidden_layers`, `num_attention_heads` or `hidden_size` is missing or no integer, or there are no heads.
  public init?(_ config: JSONValue) {
    let config = config["text_config"] ?? config
    guard let layers = config["num_hidden_layers"]?.integer, let heads = config["num_attention_heads"]?.integer,
      heads > 0, let hidden = config["hidden_size"]?.integer
    else { return nil }
    self.init(
      layerCount: layers, keyValueHeadCount: config["num_key_value_heads"]?.integer ?? heads,
      headDimension: config["head_dim"]?.integer ?? hidden / heads, latentDimension: Self.latentDimension(of: config))
  }

  /// The latent and the rotated key of a token, in families that keep these alone.
  static func latentDimension(of config: JSONValue) -> Int? {
    guard ["deepseek_v3", "kimi_k2", "joyai_llm_flash", "glm4_moe_lite"].contains(config["model_type"]?.string)
    else { return nil }
    let (sum, overflow) = (config["kv_lora_rank"]?.integer ?? 512).addingReportingOverflow(
      config["qk_rope_head_dim"]?.integer ?? 64)
    return overflow ? nil : sum
  }

  /// Bytes of keys and values: two vectors per token, layer and key-value head, or one per layer of latents.
  ///
  /// Negative sizes count as zero; a product that overflows becomes `Int.max`.
  ///
  /// - Parameters:
  ///   - tokens: Per sequence.
  ///   - elementBytes: 4 for single, 2 for half precision.
  public func byteCount(tokens: Int, sequences: Int = 1, elementBytes: Int) -> Int {
    let numbers = latentDimension.map { [$0] } ?? [2, keyValueHeadCount, headDimension]
    return (numbers + [layerCount, tokens, sequences, elementBytes]).reduce(1) { product, factor in
      let (value, overflow) = product.multipliedReportingOverflow(by: max(0, factor))
      return overflow ? Int.max : value
    }
  }
}
