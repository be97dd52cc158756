import CKernels

/// What a layer does with each token by itself.
enum FeedForward {
  case gated(GatedFeedForward)
  case experts(Experts)

  /// hidden += result(normed), or mixed = that if a norm follows.
  func run(_ pass: some Pass, into sum: Register) {
    switch self {
    case .gated(let network): network.run(pass, into: sum)
    case .experts(let experts): experts.run(pass, into: sum)
    }
  }
}

/// A gated network (Shazeer 2020): down(activation(gate x) · (up x)).
struct GatedFeedForward {
  let gate: Linear
  /// Nil if the gate's product multiplies itself, which makes a plain network with a squared ReLU.
  let up: Linear?
  let down: Linear
  let activation: rk_activation

  func run(_ pass: some Pass, into sum: Register) {
    pass.multiplyGated(self)
    pass.observe(.feedForwardGate, .gate)
    pass.multiply([(down, sum, sum == .hidden)], from: .gate)
  }
}
