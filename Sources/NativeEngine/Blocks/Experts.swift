import CKernels
import Foundation

/// A mixture of experts (Shazeer et al. 2017): a router picks a few gated networks for each token, and their results are
/// summed under its weights.
struct Experts {
  let router: Linear
  let routing: Routing
  /// Each the matrices of all experts below each other: [experts × rows][columns].
  let gate: Linear
  let up: Linear
  let down: Linear
  let activation: rk_activation
  /// An expert that every token takes, under the sigmoid of a gate if there is one.
  var shared: (network: GatedFeedForward, gate: Linear?)?

  /// How scores become experts and weights.
  struct Routing {
    let expertCount: Int
    /// Experts per token.
    let picked: Int
    /// Whether the picked weights are divided by their sum.
    let isNormalized: Bool

    /// Chooses the likeliest experts by the softmax of their scores, in ascending order, so that results are summed in
    /// one order however many tokens are processed together.
    func choose(_ scores: UnsafePointer<Float>, stride: Int = 1, into choice: UnsafeMutablePointer<ExpertChoice>) {
      var largest = -Float.infinity
      for expert in 0..<expertCount { largest = max(largest, scores[expert * stride]) }
      var total: Float = 0
      for expert in 0..<expertCount { total += exp(scores[expert * stride] - largest) }
      var last = (score: Float.infinity, expert: -1)
      var sum: Float = 0
      for place in 0..<picked {
        // The next in descending order; of equal scores the lower expert first.
        var best = (score: -Float.infinity, expert: expertCount)
        for expert in 0..<expertCount {
          let score = scores[expert * stride]
          let isLeft = score < last.score || (score == last.score && expert > last.expert)
          if isLeft, score > best.score || best.expert == expertCount { best = (score, expert) }
        }
        last = best
        let weight = exp(best.score - largest) / total
        // Scores that are no numbers pick anything, but nothing outside.
        choice[place] = ExpertChoice(expert: Int32(min(best.expert, expertCount - 1)), weight: weight)
        sum += weight
      }
      if isNormalized { for place in 0..<picked { choice[place].weight /= sum } }
      var choices = UnsafeMutableBufferPointer(start: choice, count: picked)
      choices.sort { $0.expert < $1.expert }
    }
  }

  /// Features between gate and down of one expert.
  var width: Int { gate.rows / routing.expertCount }
  /// Bytes that one token reads: the picked experts, the router and the shared expert.
  var bytesPerToken: Int {
    let stacks = gate.byteCount + up.byteCount + down.byteCount
    let own = stacks / routing.expertCount * routing.picked + router.byteCount
    guard let shared else { return own }
    let network = shared.network
    return own + network.gate.byteCount + network.up.byteCount + network.down.byteCount + (shared.gate?.byteCount ?? 0)
  }

  func run(_ pass: some Pass, into sum: Register) {
    pass.multiply([(router, .router, false)], from: .normed)
    pass.mix(self, into: sum)
    guard let shared else { return }
    if let gate = shared.gate { pass.multiply([(gate, .router, false)], from: .normed) }
    pass.multiplyGated(shared.network)
    if shared.gate != nil { pass.scaleBySigmoid(.gate, features: shared.network.gate.rows, by: .router) }
    pass.observe(.sharedExpertGate, .gate)
    pass.multiply([(shared.network.down, sum, true)], from: .gate)
  }
}

/// An expert that the router picked for a token.
struct ExpertChoice {
  var expert: Int32
  var weight: Float

  /// Before anything is picked.
  static let none = ExpertChoice(expert: 0, weight: 0)
}
