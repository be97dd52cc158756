import CKernels
import Checkpoint

/// A transformer whose tokens all see each other, as data. An `EncoderFamily` makes it of a checkpoint, and an `EncoderPass`
/// runs it over the tokens of many texts side by side.
struct Encoder {
  let config: ModelConfig
  /// Rows by token id.
  let embedding: Linear
  /// Added to the embedding of the token at each position of a text, [position][feature]; empty if positions turn keys.
  let positions: [Float]
  /// Of the sum of both.
  let embeddingNorm: CenteredNorm
  let layers: [EncoderLayer]
  /// Of what the last layer leaves; nil if that is normalized already.
  let finalNorm: CenteredNorm?
  let rotaries: [RotaryEmbedding]
  /// Tokens that a text may have.
  let maximumTokens: Int

  /// The most features that a register has for a token.
  func features(of register: Register) -> Int {
    switch register {
    case .hidden, .normed: config.hiddenSize
    case .query, .key, .value: layers.map(\.attention.width).max() ?? 0
    case .gate, .up: layers.map(\.feedForward.width).max() ?? 0
    default: 0
    }
  }

  /// The most inputs of any product.
  var widestInput: Int {
    (layers.map { max($0.feedForward.width, $0.attention.width) } + [config.hiddenSize]).max() ?? 0
  }
}

/// Layer normalization (Ba et al. 2016): (x - mean(x)) / √(variance(x) + ε) · weight + bias.
struct CenteredNorm {
  let weight: [Float]
  /// Nil for none.
  let bias: [Float]?
  let epsilon: Float
}

/// A layer of an encoder: attention and a feed-forward network, each added to the hidden state.
struct EncoderLayer {
  /// Where a block's norms stand: of what it reads, and of the hidden state after its result was added.
  struct Norms {
    let before: CenteredNorm?
    let after: CenteredNorm?
  }

  let attention: EncoderAttention
  let attentionNorms: Norms
  let feedForward: EncoderFeedForward
  let feedForwardNorms: Norms
}

/// Attention of every token to every other one of its text, or to its neighbours.
struct EncoderAttention {
  let heads: Int
  /// Features of a head, a multiple of 8.
  let dimension: Int
  let query: Linear
  let key: Linear
  let value: Linear
  let output: Linear
  /// The rotary embedding among the encoder's, nil for none.
  let rotary: Int?
  /// Positions on either side that are further away than this are not seen; nil if all are.
  let reach: Int?

  /// Features of all heads.
  var width: Int { heads * dimension }
}

/// down(activation(gate x)), or down(activation(gate x) · (up x)).
struct EncoderFeedForward {
  let gate: Linear
  let up: Linear?
  let down: Linear
  let activation: rk_activation

  var width: Int { gate.rows }
}
