import Checkpoint
import Foundation
import JSON

/// Rotary embedding: the angles by which a position turns each pair of a head's features (Su et al. 2021).
///
/// Frequencies are scaled as mlx-lm does it: `linear`, `llama3`, `yarn` (Peng et al. 2023, arXiv 2309.00071) and
/// `proportional`.
struct RotaryEmbedding: Sendable {
  /// Features of a head that turn, from the first on.
  let dimensions: Int
  /// Radians per position, for each pair (i, i + dimensions / 2).
  let frequencies: [Double]
  /// What turned features are multiplied with.
  let magnitude: Double

  var half: Int { frequencies.count }

  /// - Parameters:
  ///   - dimensions: Even.
  ///   - scaling: The section `rope_scaling` or `rope_parameters`; nil for plain frequencies.
  /// - Throws: `.unsupported` for another kind of scaling, or one that lacks a number.
  init(dimensions: Int, base: Double, scaling: JSONValue? = nil) throws(EngineError) {
    self.dimensions = dimensions
    let plain = (0..<dimensions / 2).map { pow(base, -2 * Double($0) / Double(dimensions)) }
    let fields = RotaryFields(value: scaling)
    switch fields.kind {
    case "default", "mrope":
      (frequencies, magnitude) = (plain, 1)
    case "linear":
      let factor = try fields.number("factor")
      (frequencies, magnitude) = (plain.map { $0 / factor }, 1)
    case "llama3":
      (frequencies, magnitude) = (try Self.llama3(plain, fields), 1)
    case "yarn", "deepseek_yarn":
      frequencies = try Self.yarn(plain, base: base, fields)
      magnitude = try Self.yarnMagnitude(fields)
    case "proportional":
      let share = try fields.number("partial_rotary_factor", default: 1)
      let factor = try fields.number("factor", default: 1)
      guard (0...1).contains(share) else {
        throw .unsupported("in rope_parameters, partial_rotary_factor is \(share), which is no share of the features")
      }
      let turned = Int(Double(dimensions) * share) / 2
      (frequencies, magnitude) = (plain.enumerated().map { $0 < turned ? $1 / factor : 0 }, 1)
    case let other:
      throw .unsupported("the native engine does not know the rotary scaling \"\(other)\"")
    }
    guard frequencies.allSatisfy(\.isFinite), magnitude.isFinite else {
      throw .unsupported("the numbers in rope_scaling give no finite frequencies")
    }
  }

  private static func llama3(_ plain: [Double], _ fields: RotaryFields) throws(EngineError) -> [Double] {
    let factor = try fields.number("factor")
    let low = try fields.number("low_freq_factor", default: 1)
    let high = try fields.number("high_freq_factor", default: 4)
    let original = try fields.number("original_max_position_embeddings", default: 8192)
    guard high > low else { throw .unsupported("in rope_scaling, high_freq_factor is not above low_freq_factor") }
    return plain.map { frequency in
      let turns = original * frequency / (2 * .pi)
      if turns < low { return frequency / factor }
      if turns > high { return frequency }
      let smooth = (turns - low) / (high - low)
      return (1 - smooth) * frequency / factor + smooth * frequency
    }
  }

  /// Pairs that turn often within the original context keep their frequency, those that turn seldom are interpolated.
  private static func yarn(_ plain: [Double], base: Double, _ fields: RotaryFields) throws(EngineError) -> [Double] {
    let factor = try fields.number("factor")
    let original = try fields.number("original_max_position_embeddings", default: 4096)
    let dimensions = Double(2 * plain.count)
    func pair(turns: Double) -> Double { dimensions * log(original / (turns * 2 * .pi)) / (2 * log(base)) }
    let low = max(floor(pair(turns: try fields.number("beta_fast", default: 32))), 0)
    var high = min(ceil(pair(turns: try fields.number("beta_slow", default: 1))), dimensions - 1)
    if high == low { high += 0.001 }
    return plain.enumerated().map { index, frequency in
      let ramp = min(max((Double(index) - low) / (high - low), 0), 1)
      return (1 - ramp) * frequency + ramp * frequency / factor
    }
  }

  private static func yarnMagnitude(_ fields: RotaryFields) throws(EngineError) -> Double {
    let factor = try fields.number("factor")
    func scale(_ weight: Double) -> Double { factor <= 1 ? 1 : 0.1 * weight * log(factor) + 1 }
    return try scale(fields.number("mscale", default: 1)) / scale(fields.number("mscale_all_dim", default: 0))
  }

  /// Writes the cosines and sines of `count` positions from `position` on: pair i of position p stands at
  /// `i * stride + p - position`.
  func fill(
    cosine: UnsafeMutablePointer<Float>, sine: UnsafeMutablePointer<Float>, position: Int, count: Int, stride: Int
  ) {
    for (pair, frequency) in frequencies.enumerated() {
      for offset in 0..<count {
        let angle = Double(position + offset) * frequency
        cosine[pair * stride + offset] = Float(magnitude * cos(angle))
        sine[pair * stride + offset] = Float(magnitude * sin(angle))
      }
    }
  }
}

/// The section of `config.json` that says how rotary frequencies are scaled.
private struct RotaryFields {
  let value: JSONValue?

  var kind: String { value?["type"]?.string ?? value?["rope_type"]?.string ?? "default" }

  /// A positive number, or the default if it is missing.
  func number(_ name: String, default fallback: Double? = nil) throws(EngineError) -> Double {
    guard let member = value?[name], member != .null else {
      guard let fallback else { throw .unsupported("rope_scaling of the type \(kind) lacks \(name)") }
      return fallback
    }
    guard let number = member.number, number >= 0, number.isFinite else {
      throw .unsupported("\(name) in rope_scaling is not a number of at least 0")
    }
    return number
  }
}
