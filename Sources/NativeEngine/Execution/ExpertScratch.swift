import CKernels

/// The tokens of a chunk by the experts that they picked.
final class ExpertScratch {
  /// A token that picked an expert.
  struct Assignment {
    let token: Int32
    let weight: Float
  }

  /// The tokens that picked one expert.
  struct Group {
    let expert: Int
    /// Of `assignments`.
    let entries: Range<Int>
    /// The first of the group's panels in `gates`.
    let panel: Int
  }

  /// What one thread writes alone.
  struct PerThread {
    /// Inputs of an expert's tokens, and the same arranged.
    let inputs: FloatBuffer
    let prepared: FloatBuffer
    let ups: FloatBuffer
    /// Some rows of an expert's result.
    let results: FloatBuffer
  }

  /// By token of the chunk.
  let choices: FixedBuffer<ExpertChoice>
  /// By expert, then by token.
  private(set) var assignments: [Assignment] = []
  private(set) var groups: [Group] = []
  /// What multiplies `down`, in panels of each group.
  let gates: FloatBuffer
  let arrangedGates: FloatBuffer
  let perThread: [PerThread]

  init(_ decoder: Decoder, kernels: Kernels, threads: Int, tokens: Int) {
    let mixtures = decoder.mixtures
    let width = kernels.panel
    let picked = mixtures.map(\.routing.picked).max() ?? 0
    choices = FixedBuffer(tokens * picked, repeating: .none)
    let gateCount =
      mixtures.map { experts in
        let assigned = tokens * experts.routing.picked
        // Each expert may leave a panel unfilled.
        return (min(experts.routing.expertCount, assigned) + assigned / width) * width * experts.width
      }.max() ?? 0
    gates = FloatBuffer(gateCount)
    arrangedGates = FloatBuffer(gateCount)
    let widest = mixtures.map(\.width).max() ?? 0
    let features = mixtures.map(\.features).max() ?? 0
    perThread = (0..<threads).map { _ in
      PerThread(
        inputs: FloatBuffer(features * tokens), prepared: FloatBuffer(features * tokens),
        ups: FloatBuffer(widest * tokens), results: FloatBuffer(PanelPass.rowsPerTask * tokens))
    }
  }

  var byteCount: Int {
    let own = perThread.flatMap { [$0.inputs, $0.prepared, $0.ups, $0.results] }
    return ([gates, arrangedGates] + own).reduce(choices.byteCount) { $0 + $1.byteCount }
  }

  /// Sorts the tokens of a chunk by the experts in `choices`.
  func group(_ tokens: Range<Int>, picked: Int, experts: Int, width: Int) {
    var counts = [Int](repeating: 0, count: experts)
    let chosen = tokens.lowerBound * picked..<tokens.upperBound * picked
    for place in chosen { counts[Int(choices.base[place].expert)] += 1 }
    groups.removeAll(keepingCapacity: true)
    var (first, panel) = (0, 0)
    var next = [Int](repeating: 0, count: experts)
    for expert in 0..<experts where counts[expert] > 0 {
      groups.append(Group(expert: expert, entries: first..<first + counts[expert], panel: panel))
      next[expert] = first
      first += counts[expert]
      panel += (counts[expert] + width - 1) / width
    }
    assignments = [Assignment](repeating: Assignment(token: 0, weight: 0), count: chosen.count)
    for place in chosen {
      let choice = choices.base[place]
      assignments[next[Int(choice.expert)]] = Assignment(token: Int32(place / picked), weight: choice.weight)
      next[Int(choice.expert)] += 1
    }
  }
}
