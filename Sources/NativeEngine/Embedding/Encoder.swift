import CKernels
import Checkpoint

/// A transformer that makes a state of every token of a text at once, as data: an encoder proper, or a decoder without its
/// output layer. A family makes it of a checkpoint, and an `EncoderPass` runs it over the tokens of many texts side by side.
struct Encoder {
  let config: ModelConfig
  /// Rows by token id.
  let embedding: Linear
  /// What embeddings are multiplied with.
  var embeddingScale: Float = 1
  /// Added to the embedding of the token at each position of a text, [position][feature]; empty if positions turn keys.
  let positions: [Float]
  /// Of the sum of both; nil for none.
  let embeddingNorm: TokenNorm?
  let layers: [EncoderLayer]
  /// Of what the last layer leaves; nil if that is normalized already.
  let finalNorm: TokenNorm?
  let rotaries: [RotaryEmbedding]
  /// Whether a token sees itself and earlier ones only. If not, it sees all of its text, or with a window those that are
  /// less than the window away on either side.
  var isCausal = false
  /// Tokens that a text may have.
  let maximumTokens: Int

  /// The most features that a register has for a token.
  func features(of register: Register) -> Int {
    switch register {
    case .hidden, .normed: config.hiddenSize
    case .sum: layers.contains { $0.hasResultNorms } ? config.hiddenSize : 0
    case .query: layers.map(\.attention.width).max() ?? 0
    case .key, .value: layers.map { $0.attention.keyValueHeads * $0.attention.dimension }.max() ?? 0
    case .gate, .up: layers.map(\.feedForward.width).max() ?? 0
    default: 0
    }
  }

  /// The most inputs of any product.
  var widestInput: Int {
    (layers.map { max($0.feedForward.width, $0.attention.width) } + [config.hiddenSize]).max() ?? 0
  }
}

/// A norm of a token's features.
enum TokenNorm {
  case centered(CenteredNorm)
  case rootMeanSquare(Norm)
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
  /// Where a block's norms stand: of what it reads, of its result before that is added, and of the hidden state after.
  struct Norms {
    var before: TokenNorm?
    var ofResult: TokenNorm?
    var after: TokenNorm?
  }

  let attention: Attention
  let attentionNorms: Norms
  let feedForward: EncoderFeedForward
  let feedForwardNorms: Norms

  /// Whether a block's result is normalized before it is added.
  var hasResultNorms: Bool { attentionNorms.ofResult != nil || feedForwardNorms.ofResult != nil }
}

/// down(activation(gate x)), or down(activation(gate x) · (up x)).
struct EncoderFeedForward {
  let gate: Linear
  let up: Linear?
  let down: Linear
  let activation: rk_activation

  var width: Int { gate.rows }
}
