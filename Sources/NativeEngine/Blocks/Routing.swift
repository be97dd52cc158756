import Foundation

extension Experts {
  /// How a router's scores become experts and weights.
  struct Routing {
    let expertCount: Int
    /// Experts per token.
    let picked: Int
    /// What makes weights of scores.
    let function: Function
    /// Nil for experts that all compete with each other.
    let groups: Groups?
    let normalization: Normalization
    /// What weights are multiplied with in the end.
    let scale: Float
    /// By expert, added to its weight when experts are picked, and nowhere else; nil for none.
    var selectionBias: [Float]?

    enum Function {
      case softmax
      /// Each score by itself (DeepSeek-V3, arXiv 2412.19437).
      case sigmoid
    }

    /// Groups of neighbours: experts are picked from those whose two best add up to most.
    struct Groups {
      /// Divides the experts into groups of at least two.
      let count: Int
      let kept: Int
    }

    enum Normalization {
      case none
      /// The picked weights are divided by their sum and this.
      case sum(plus: Float)
    }

    /// Picks experts for a token, in ascending order, so that results are summed in one order however many tokens are
    /// processed together.
    ///
    /// Scores that are no numbers pick anything, but nothing outside.
    func choose(_ scores: UnsafePointer<Float>, stride: Int = 1, into choice: UnsafeMutablePointer<ExpertChoice>) {
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * expertCount) { memory in
        let weights = memory.extracting(..<expertCount)
        let ranks = memory.extracting(expertCount...)
        weigh(scores, stride: stride, into: weights)
        for expert in 0..<expertCount { ranks[expert] = weights[expert] + (selectionBias?[expert] ?? 0) }
        if let groups { groups.clearOthers(in: ranks) }
        for place in 0..<picked {
          // Of equal ranks the lower expert first.
          var best = (rank: -Float.infinity, expert: 0)
          for expert in 0..<expertCount where ranks[expert] > best.rank { best = (ranks[expert], expert) }
          choice[place] = ExpertChoice(expert: Int32(best.expert), weight: weights[best.expert])
          ranks[best.expert] = -.infinity
        }
      }
      var choices = UnsafeMutableBufferPointer(start: choice, count: picked)
      if case .sum(let addend) = normalization {
        let total = choices.reduce(addend) { $0 + $1.weight }
        for place in 0..<picked { choices[place].weight /= total }
      }
      for place in 0..<picked { choices[place].weight *= scale }
      choices.sort { $0.expert < $1.expert }
    }

    private func weigh(_ scores: UnsafePointer<Float>, stride: Int, into weights: UnsafeMutableBufferPointer<Float>) {
      switch function {
      case .sigmoid:
        for expert in 0..<expertCount { weights[expert] = scores[expert * stride].sigmoid }
      case .softmax:
        var largest = -Float.infinity
        for expert in 0..<expertCount { largest = max(largest, scores[expert * stride]) }
        var total: Float = 0
        for expert in 0..<expertCount {
          weights[expert] = exp(scores[expert * stride] - largest)
          total += weights[expert]
        }
        for expert in 0..<expertCount { weights[expert] /= total }
      }
    }
  }
}

extension Experts.Routing.Groups {
  /// Sets the ranks of all experts outside the kept groups to 0, as DeepSeek-V3 does it: below zero one may still win.
  fileprivate func clearOthers(in ranks: UnsafeMutableBufferPointer<Float>) {
    let size = ranks.count / count
    let sums = (0..<count).map { group in
      var best = (-Float.infinity, -Float.infinity)
      for rank in ranks[group * size..<(group + 1) * size] {
        if rank > best.0 { best = (rank, best.0) } else if rank > best.1 { best.1 = rank }
      }
      return best.0 + best.1
    }
    let worst = sums.indices.sorted { (sums[$0], $0) < (sums[$1], $1) }.prefix(count - kept)
    for group in worst { for expert in group * size..<(group + 1) * size { ranks[expert] = 0 } }
  }
}

/// An expert that the router picked for a token.
struct ExpertChoice {
  var expert: Int32
  var weight: Float

  /// Before anything is picked.
  static let none = ExpertChoice(expert: 0, weight: 0)
}
