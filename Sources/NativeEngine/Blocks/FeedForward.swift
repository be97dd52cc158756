import CKernels

/// What a layer does with each token by itself.
enum FeedForward {
  case gated(GatedFeedForward)
  case experts(Experts)
  case both(NetworkBesideExperts)

  /// hidden += result(normed), or mixed = that if a norm follows.
  func run(_ pass: some Pass, into sum: Register) {
    switch self {
    case .gated(let network): network.run(pass, into: sum)
    case .experts(let experts): experts.run(pass, into: sum)
    case .both(let pair): pair.run(pass, into: sum)
    }
  }

  /// The network that every token takes, unless it is an expert's.
  var network: GatedFeedForward? {
    switch self {
    case .gated(let network): network
    case .experts: nil
    case .both(let pair): pair.network
    }
  }

  var experts: Experts? {
    switch self {
    case .gated: nil
    case .experts(let experts): experts
    case .both(let pair): pair.experts
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

/// A gated network and experts that both read the hidden state, each behind norms of its own (Gemma 4).
struct NetworkBesideExperts {
  let network: GatedFeedForward
  let networkOutputNorm: Norm
  /// Of what the router sees, and of what the experts see.
  let routerNorm: Norm
  let expertsNorm: Norm
  let experts: Experts
  let expertsOutputNorm: Norm

  /// result = norm(network(normed)) + norm(experts(norm(hidden)))
  ///
  /// - Parameter result: Not the hidden state, which the experts read after the network's result is there.
  func run(_ pass: some Pass, into result: Register) {
    network.run(pass, into: .branch)
    pass.normalize(.branch, networkOutputNorm, into: result, accumulates: false)
    pass.normalize(routerNorm)
    pass.observe(.routerInput, .normed)
    pass.multiply([(experts.router, .router, false)], from: .normed)
    pass.normalize(expertsNorm)
    pass.observe(.expertInput, .normed)
    pass.mix(experts, into: .branch)
    pass.normalize(.branch, expertsOutputNorm, into: result, accumulates: true)
  }
}
