import CKernels
import Foundation

/// Grouped-query attention (Ainslie et al. 2023): what of it differs between families, as data.
struct Attention {
  /// Query heads; a multiple of `keyValueHeads`.
  let heads: Int
  let keyValueHeads: Int
  /// Features of a head, a multiple of 8.
  let dimension: Int
  let query: Linear
  let memory: Memory
  let output: Linear
  /// Before the rotation.
  let norms: HeadNorms
  /// The rotary embedding among the decoder's, nil for none.
  let rotary: Int?
  /// What scores are multiplied with.
  let scale: Float
  /// Positions that a token sees, its own included; nil for all. If it sees later ones too, how near they must be on either
  /// side: less than this away.
  let window: Int?
  /// By query head: a score that takes part in the softmax and has no value (gpt-oss).
  let sinks: [Float]?
  /// Whether each query head is followed by as many features whose sigmoid multiplies the head's result (Qwen3-Next).
  let isGated: Bool
  /// How queries grow with their position, nil if they do not.
  let queryGrowth: QueryGrowth?

  /// Which keys and values queries meet.
  enum Memory {
    /// The layer's own, which it remembers. Without a projection, values are the keys before norm and rotation (Gemma 4).
    case own(key: Linear, value: Linear?)
    /// Those that an earlier layer with the same window remembers (Gemma 4).
    case layer(Int)
  }

  /// How queries and keys are normalized.
  enum HeadNorms {
    case none
    /// Each head by itself; values too if there is a norm for them.
    case perHead(query: Norm, key: Norm, value: Norm? = nil)
    /// Each query head, where keys are another layer's.
    case queries(Norm)
    /// All heads of a token together (OLMoE).
    case together(query: Norm, key: Norm)

    /// Of each query head by itself.
    var ofQueries: Norm? {
      switch self {
      case .perHead(let query, _, _), .queries(let query): query
      case .none, .together: nil
      }
    }

    /// Of each key head by itself.
    var ofKeys: Norm? { if case .perHead(_, let key, _) = self { key } else { nil } }

    /// Of each value head by itself.
    var ofValues: Norm? { if case .perHead(_, _, let value) = self { value } else { nil } }
  }

  /// Queries of position p are multiplied with 1 + beta · ln(1 + ⌊p / original⌋), as Ministral 3 does it.
  struct QueryGrowth {
    let beta: Double
    let original: Int

    func factor(at position: Int) -> Float { Float(1 + beta * log(1 + Double(position / original))) }
  }

  /// The projections of the layer's own keys and values, none if they are another layer's.
  var keyValueProjections: [Linear] {
    switch memory {
    case .own(let key, let value): [key] + (value.map { [$0] } ?? [])
    case .layer: []
    }
  }

  /// The layer, itself or an earlier one, whose keys and values queries meet.
  func rememberingLayer(of layer: Int) -> Int {
    if case .layer(let earlier) = memory { earlier } else { layer }
  }

  /// The positions that tokens at some positions see, from the start of a span on.
  func seen(from positions: Range<Int>, span: Int = Int(RK_SPAN)) -> Range<Int> {
    let first = window.map { max(0, positions.lowerBound + 1 - $0) } ?? 0
    return first / span * span..<positions.upperBound
  }

  /// Query heads that share a key-value head.
  var group: Int { heads / keyValueHeads }
  /// Features of all query heads.
  var width: Int { heads * dimension }

  /// hidden += output(attention(normed)), or mixed = that if a norm follows.
  func run(_ pass: some Pass, layer: Int, into sum: Register) {
    let queries: Register = isGated ? .mixed : .query
    switch memory {
    case .own(let key, let value?):
      pass.multiply([(query, queries, false), (key, .key, false), (value, .value, false)], from: .normed)
    case .own(let key, nil): pass.multiply([(query, queries, false), (key, .key, false)], from: .normed)
    case .layer: pass.multiply([(query, queries, false)], from: .normed)
    }
    let result = pass.attend(self, layer: layer)
    guard let pass = pass.narrowed else { return }
    pass.observe(.mixerOutput, result)
    pass.multiply([(output, sum, sum == .hidden)], from: result)
  }
}
