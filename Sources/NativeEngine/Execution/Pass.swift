import CKernels
import Foundation

/// Where the activations of a layer's program stand.
enum Register: Int, CaseIterable {
  /// Between two layers, and what a layer adds to.
  case hidden
  /// A normalized input.
  case normed
  /// Queries; then what a mixer makes of them.
  case query
  case key
  case value
  /// Projections that are taken apart before they are used.
  case mixed
  /// Gates of a feed-forward network, then what multiplies its input; output gates of a delta net.
  case gate
  case up
  /// Scores of experts; learning rates of a delta net.
  case router
  case decay
  /// A result that is normalized before it is added.
  case sum
  /// What experts see and give where both are projected.
  case latent
  /// One of two results that are normalized each by itself.
  case branch
  /// What layers see besides the hidden state, one part per layer.
  case inputs
}

/// The tokens that go through the layers together: what the program of a layer is written in.
///
/// Each thread of a team runs the whole program. After an operation every thread sees its results.
protocol Pass {
  /// A product, where its result goes, and whether it is added to what is there.
  typealias Product = (linear: Linear, output: Register, accumulates: Bool)

  /// The pass over those tokens whose results are needed once a layer has remembered all; nil if there are none.
  var narrowed: Self? { get }

  /// normed = norm(hidden)
  func normalize(_ norm: Norm)
  /// normed = norm(register), of as many features as the norm has
  func normalize(_ register: Register, by norm: Norm)
  /// target = or += norm(source), each of the hidden size.
  func normalize(_ source: Register, _ norm: Norm, into target: Register, accumulates: Bool)
  /// hidden *= factor
  func scaleHidden(by factor: Float)
  /// inputs += norm(mixed), each part by itself.
  func addInputs(_ norm: Norm, parts: Int)
  /// gate = activation(gate) · a part of the inputs, which has as many features.
  func gateInputs(_ activation: rk_activation, part: Int, of count: Int, features: Int)
  /// Products of one input.
  func multiply(_ products: [Product], from input: Register)
  /// gate = activation(gate normed) · (up normed)
  func multiplyGated(_ network: GatedFeedForward)
  /// Multiplies features of a register with the sigmoid of a number per token.
  func scaleBySigmoid(_ register: Register, features: Int, by factor: Register)
  /// Attends with the queries, keys and values, remembers the last two, and returns where the result is.
  func attend(_ attention: Attention, layer: Int) -> Register
  /// query = latent attention(query, key), for which the layer remembers the latent in `key`.
  func attend(_ attention: LatentAttention, layer: Int)
  /// query = what a mixer reads of the state that the layer remembers, moved on by the products of its inputs.
  func remember(_ mixer: some RecurrentMixer, layer: Int)
  /// sum = or += the results of the experts that the scores in `router` pick, for `normed`.
  func mix(_ experts: Experts, into sum: Register)
  func observe(_ point: ActivationPoint, _ register: Register)
}

extension Pass {
  /// hidden += norm(sum)
  func addNormalized(_ norm: Norm) { normalize(.sum, norm, into: .hidden, accumulates: true) }
}

extension Float {
  /// The logistic function.
  var sigmoid: Float { 1 / (1 + exp(-self)) }

  /// ln(1 + eˣ)
  var softplus: Float { max(self, 0) + log1p(exp(-abs(self))) }
}
