import CKernels

/// A mixture of experts (Shazeer et al. 2017): a router picks a few gated networks for each token, and their results are
/// summed under its weights.
struct Experts {
  let router: Linear
  let routing: Routing
  /// Each the matrices of all experts below each other: [experts × rows][columns].
  let gate: Linear
  /// Nil if the gate's product multiplies itself, as in `GatedFeedForward`.
  let up: Linear?
  let down: Linear
  let activation: rk_activation
  /// By expert, what its weight is multiplied with at last (Gemma 4); nil for nothing.
  var scales: [Float]?
  /// An expert that every token takes, under the sigmoid of a gate if there is one.
  var shared: (network: GatedFeedForward, gate: Linear?)?
  /// Nil if experts see the normalized input itself.
  let latent: Latent?

  /// Products around the experts, which are smaller between them (Nemotron 3).
  struct Latent {
    let input: Linear
    let output: Linear
  }

  /// Features between gate and down of one expert.
  var width: Int { gate.rows / routing.expertCount }
  /// Features that an expert sees, and gives.
  var features: Int { gate.columns }
  /// Where the experts' inputs stand.
  var input: Register { latent == nil ? .normed : .latent }
  /// Bytes that one token reads: the picked experts, the router and the shared expert.
  var bytesPerToken: Int {
    func bytes(_ linears: [Linear?]) -> Int { linears.reduce(0) { $0 + ($1?.byteCount ?? 0) } }
    let stacks = bytes([gate, up, down])
    return stacks / routing.expertCount * routing.picked + bytes([router, latent?.input, latent?.output, shared?.gate])
      + bytes([shared?.network.gate, shared?.network.up, shared?.network.down])
  }

  /// Picks experts for a token by its scores, with their weights.
  func choose(_ scores: UnsafePointer<Float>, stride: Int = 1, into choice: UnsafeMutablePointer<ExpertChoice>) {
    routing.choose(scores, stride: stride, into: choice)
    guard let scales else { return }
    for place in 0..<routing.picked { choice[place].weight *= scales[Int(choice[place].expert)] }
  }

  func run(_ pass: some Pass, into sum: Register) {
    if let latent {
      pass.multiply([(router, .router, false), (latent.input, .latent, false)], from: .normed)
      pass.observe(.expertInput, .latent)
      pass.mix(self, into: .latent)
      pass.observe(.expertOutput, .latent)
      pass.multiply([(latent.output, sum, sum == .hidden)], from: .latent)
    } else {
      pass.multiply([(router, .router, false)], from: .normed)
      pass.mix(self, into: sum)
    }
    guard let shared else { return }
    if let gate = shared.gate { pass.multiply([(gate, .router, false)], from: .normed) }
    pass.multiplyGated(shared.network)
    if shared.gate != nil { pass.scaleBySigmoid(.gate, features: shared.network.gate.rows, by: .router) }
    pass.observe(.sharedExpertGate, .gate)
    pass.multiply([(shared.network.down, sum, true)], from: .gate)
  }
}
