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

  public init(layerCount: Int, keyValueHeadCount: Int, headDimension: Int) {
    (self.layerCount, self.keyValueHeadCount, self.headDimension) = (layerCount, keyValueHeadCount, headDimension)
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
      headDimension: config["head_dim"]?.integer ?? hidden / heads)
  }

  /// Bytes of keys and values: two vectors per token, layer and key-value head.
  ///
  /// Negative sizes count as zero; a product that overflows becomes `Int.max`.
  ///
  /// - Parameters:
  ///   - tokens: Per sequence.
  ///   - elementBytes: 4 for single, 2 for half precision.
  public func byteCount(tokens: Int, sequences: Int = 1, elementBytes: Int) -> Int {
    [2, layerCount, keyValueHeadCount, headDimension, tokens, sequences, elementBytes].reduce(1) { product, factor in
      let (value, overflow) = product.multipliedReportingOverflow(by: max(0, factor))
      return overflow ? Int.max : value
    }
  }
}
