import Foundation
import JSON

/// How much memory a model will need, from the sizes of its files and its configuration alone.
public struct CapacityEstimate: Sendable, Equatable, CustomStringConvertible {
  /// Bytes of the weight files.
  public var weights: Int
  /// Bytes of keys and values at the longest sequence, in single precision.
  public var cache: Int
  /// Bytes of activations, logits and the program itself: a twentieth of the weights and 128 MiB.
  public var scratch: Int

  /// The sum; a sum beyond what a number can hold is the largest number.
  public var bytes: Int {
    [weights, cache, scratch].reduce(0) { sum, part in
      let (total, overflow) = sum.addingReportingOverflow(part)
      return overflow ? Int.max : total
    }
  }

  /// The estimate for a model folder, or nil where it holds no weights or no configuration that can be read.
  public init?(of folder: URL, contextLength: Int, sequences: Int = 1) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let sizes = names.filter { $0.hasSuffix(".safetensors") }.compactMap { name -> Int? in
      var facts = stat()
      return stat(folder.appendingPathComponent(name).path, &facts) == 0 ? Int(facts.st_size) : nil
    }
    guard !sizes.isEmpty,
      let data = FileManager.default.contents(atPath: folder.appendingPathComponent("config.json").path),
      let config = try? JSONValue(parsing: data), let layers = config["num_hidden_layers"]?.integer,
      let heads = config["num_attention_heads"]?.integer, heads > 0, let hidden = config["hidden_size"]?.integer
    else { return nil }
    let keyValueHeads = config["num_key_value_heads"]?.integer ?? heads
    let head = config["head_dim"]?.integer ?? hidden / heads
    weights = sizes.reduce(0, &+)
    cache = Self.product([2, layers, keyValueHeads, head, contextLength, sequences, MemoryLayout<Float>.size])
    scratch = weights / 20 + (128 << 20)
  }

  public var description: String {
    "it needs \(Self.figure(bytes)) (weights \(Self.figure(weights)), cache \(Self.figure(cache)), scratch "
      + "\(Self.figure(scratch)))"
  }

  static func figure(_ bytes: Int) -> String { String(format: "%.0f MB", Double(bytes) / 1e6) }

  private static func product(_ factors: [Int]) -> Int {
    factors.reduce(1) { product, factor in
      let (value, overflow) = product.multipliedReportingOverflow(by: max(0, factor))
      return overflow ? Int.max : value
    }
  }
}
