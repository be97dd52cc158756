/// Multi-head latent attention (DeepSeek-AI 2024, arXiv 2405.04434): a token leaves one latent and one rotated key, from
/// which all heads make their keys and values.
///
/// A head's key is a product with the latent, so its score is that of a query taken into the latent space, and the sum of
/// its values is a product with the sum of latents. So neither keys nor values of a head are computed: the heads attend
/// together to one row per token. With heads of 256 features, as GLM 4.7 Flash has them, expanding all rows before a chunk
/// of a prompt costs as much as it saves.
struct LatentAttention {
  let heads: Int
  /// Features of a latent.
  let rank: Int
  /// Features of a query head that meet its keys.
  let plainDimension: Int
  /// Features of a query head that turn and meet the key that all heads share; pairs are neighbours in the product's rows.
  let turnedDimension: Int
  /// Features of a head's result.
  let valueDimension: Int
  let query: QueryProjection
  /// A token's latent, and its key before the rotation.
  let latent: Linear
  let latentNorm: Norm
  /// By head: queries into the latent space, [heads × rank][plainDimension].
  let absorption: Linear
  /// By head: latents into values, [heads × valueDimension][rank].
  let expansion: Linear
  let output: Linear
  /// The rotary embedding among the decoder's.
  let rotary: Int
  /// What scores are multiplied with.
  let scale: Float

  /// How the input becomes queries.
  enum QueryProjection {
    case direct(Linear)
    case compressed(down: Linear, norm: Norm, up: Linear)

    /// Features of the compressed query, 0 without one.
    var rank: Int {
      guard case .compressed(let down, _, _) = self else { return 0 }
      return down.rows
    }
  }

  /// Features of the row that a token leaves: its latent and its rotated key.
  var dimension: Int { rank + turnedDimension }
  /// Features of a query head, the plain ones first.
  var queryDimension: Int { plainDimension + turnedDimension }
  /// Features of all heads' results.
  var width: Int { heads * valueDimension }

  /// hidden += output(attention(normed)), or sum = that if a norm follows.
  func run(_ pass: some Pass, layer: Int, into sum: Register) {
    switch query {
    case .direct(let query):
      pass.multiply([(query, .query, false), (latent, .key, false)], from: .normed)
    case .compressed(let down, let norm, let up):
      pass.multiply([(down, .value, false), (latent, .key, false)], from: .normed)
      pass.normalize(.value, by: norm)
      pass.observe(.compressedQuery, .normed)
      pass.multiply([(up, .query, false)], from: .normed)
    }
    pass.attend(self, layer: layer)
    guard let pass = pass.narrowed else { return }
    pass.observe(.mixerOutput, .query)
    pass.multiply([(output, sum, sum == .hidden)], from: .query)
  }

  /// The matrices with their inputs, in the order of the program.
  var matrices: [(linear: Linear, input: ActivationPoint)] {
    let queries: [(linear: Linear, input: ActivationPoint)] =
      switch query {
      case .direct(let query): [(query, .mixerInput)]
      case .compressed(let down, _, let up): [(down, .mixerInput), (up, .compressedQuery)]
      }
    return queries + [
      (latent, .mixerInput), (absorption, .headInput), (expansion, .headInput), (output, .mixerOutput),
    ]
  }
}
