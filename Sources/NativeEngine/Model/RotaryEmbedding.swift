import Checkpoint
import Foundation

/// Rotary embedding: the angles by which a position turns each pair of a head's features (Su et al. 2021), with linear or
/// Llama 3 frequency scaling if the configuration asks for it.
struct RotaryEmbedding: Sendable {
  /// Radians per position, for each pair (i, i + half).
  let frequencies: [Double]

  var half: Int { frequencies.count }

  /// - Throws: `.unsupported` for another kind of scaling.
  init(_ config: ModelConfig) throws(EngineError) {
    let dimension = Double(config.headDimension)
    let plain = (0..<config.headDimension / 2).map { pow(config.ropeTheta, -2 * Double($0) / dimension) }
    guard let scaling = config.ropeScaling else {
      frequencies = plain
      return
    }
    switch (scaling["rope_type"] ?? scaling["type"])?.string {
    case "linear":
      let factor = scaling["factor"]?.number ?? 1
      frequencies = plain.map { $0 / factor }
    case "llama3":
      guard let factor = scaling["factor"]?.number, let low = scaling["low_freq_factor"]?.number,
        let high = scaling["high_freq_factor"]?.number,
        let original = scaling["original_max_position_embeddings"]?.number, high > low, factor > 0
      else { throw .unsupported("the section rope_scaling of config.json is incomplete for the type llama3") }
      frequencies = plain.map { frequency in
        let turns = original * frequency / (2 * .pi)
        if turns < low { return frequency / factor }
        if turns > high { return frequency }
        let smooth = (turns - low) / (high - low)
        return (1 - smooth) * frequency / factor + smooth * frequency
      }
    case let other:
      throw .unsupported("the native engine does not know the rope_scaling type \"\(other ?? "unnamed")\"")
    }
  }

  /// Writes the cosines and sines of `count` positions from `position` on: pair i of position p stands at
  /// `i * stride + p - position`.
  func fill(
    cosine: UnsafeMutablePointer<Float>, sine: UnsafeMutablePointer<Float>, position: Int, count: Int, stride: Int
  ) {
    for (pair, frequency) in frequencies.enumerated() {
      for offset in 0..<count {
        let angle = Double(position + offset) * frequency
        cosine[pair * stride + offset] = Float(cos(angle))
        sine[pair * stride + offset] = Float(sin(angle))
      }
    }
  }
}
