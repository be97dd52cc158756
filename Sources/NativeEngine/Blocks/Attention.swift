import Foundation

/// Grouped-query attention (Ainslie et al. 2023): what of it differs between families, as data.
struct Attention {
  /// Query heads; a multiple of `keyValueHeads`.
  let heads: Int
  let keyValueHeads: Int
  /// Features of a head, a multiple of 8.
  let dimension: Int
  let query: Linear
  let key: Linear
  let value: Linear
  let output: Linear
  /// Before the rotation.
  let norms: HeadNorms
  /// The rotary embedding among the decoder's, nil for none.
  let rotary: Int?
  /// What scores are multiplied with.
  let scale: Float
  /// Positions that a token sees, its own included; nil for all.
  let window: Int?
  /// By query head: a score that takes part in the softmax and has no value (gpt-oss).
  let sinks: [Float]?
  /// Whether each query head is followed by as many features whose sigmoid multiplies the head's result (Qwen3-Next).
  let isGated: Bool
  /// How queries grow with their position, nil if they do not.
  let queryGrowth: QueryGrowth?

  /// How queries and keys are normalized.
  enum HeadNorms {
    case none
    /// Each head by itself.
    case perHead(query: Norm, key: Norm)
    /// All heads of a token together (OLMoE).
    case together(query: Norm, key: Norm)
  }

  /// Queries of position p are multiplied with 1 + beta · ln(1 + ⌊p / original⌋), as Ministral 3 does it.
  struct QueryGrowth {
    let beta: Double
    let original: Int

    func factor(at position: Int) -> Float { Float(1 + beta * log(1 + Double(position / original))) }
  }

  /// Query heads that share a key-value head.
  var group: Int { heads / keyValueHeads }
  /// Features of all query heads.
  var width: Int { heads * dimension }

  /// hidden += output(attention(normed)), or mixed = that if a norm follows.
  func run(_ pass: some Pass, layer: Int, into sum: Register) {
    let queries: Register = isGated ? .mixed : .query
    pass.multiply([(query, queries, false), (key, .key, false), (value, .value, false)], from: .normed)
    let result = pass.attend(self, layer: layer)
    guard let pass = pass.narrowed else { return }
    pass.observe(.mixerOutput, result)
    pass.multiply([(output, sum, sum == .hidden)], from: result)
  }
}
