import CKernels

/// Experts: each token by itself, as each has its own.
extension VectorPass {
  func mix(_ experts: Experts, into sum: Register) {
    let (routing, width) = (experts.routing, experts.width)
    let picked = routing.picked
    for token in 0..<batch {
      experts.choose(base(.router) + token * routing.expertCount, into: own.choices.base + token * picked)
    }
    let rows = thread.share(of: picked * width)
    for token in 0..<batch {
      gate(experts, token: token, rows: rows)
    }
    thread.barrier()
    let features = experts.features
    let outputs = thread.share(of: features)
    for token in 0..<batch {
      let output = base(sum) + token * features
      if sum != .hidden { for row in outputs { output[row] = 0 } }
      for place in 0..<picked where !outputs.isEmpty {
        let choice = own.choices.base[token * picked + place]
        let matrix = experts.down.matrix.part(Int(choice.expert), of: routing.expertCount)
        arrange(base(.gate) + (token * picked + place) * width, tokens: 1, for: matrix)
        multiply(matrix, tokens: 1, rows: outputs, into: output, stride: features, accumulates: true)
        if let bias = experts.down.bias {
          for row in outputs { output[row] += choice.weight * bias[Int(choice.expert) * features + row] }
        }
      }
    }
    thread.barrier()
  }

  /// The gates of a token's experts as if they stood below each other, times the experts' weights.
  private func gate(_ experts: Experts, token: Int, rows: Range<Int>) {
    let (routing, width) = (experts.routing, experts.width)
    let gates = base(.gate) + token * routing.picked * width
    let ups = experts.up == nil ? gates : base(.up) + token * routing.picked * width
    var isArranged = false
    for place in 0..<routing.picked {
      let part = rows.clamped(to: place * width..<(place + 1) * width)
      guard !part.isEmpty else { continue }
      let choice = own.choices.base[token * routing.picked + place]
      let inside = part.lowerBound - place * width..<part.upperBound - place * width
      for case (let linear?, let output) in [(experts.gate, gates), (experts.up, ups)] {
        let matrix = linear.matrix.part(Int(choice.expert), of: routing.expertCount)
        if !isArranged {
          arrange(base(experts.input) + token * experts.features, tokens: 1, for: matrix)
          isArranged = experts.up.map { experts.gate.matrix.sharesInput(with: $0.matrix) } ?? false
        }
        multiply(matrix, tokens: 1, rows: inside, into: output + place * width, stride: width, accumulates: false)
        if let bias = linear.bias {
          for row in inside { output[place * width + row] += bias[Int(choice.expert) * width + row] }
        }
      }
      functions.gate(experts.activation, gates + part.lowerBound, ups + part.lowerBound, Int64(part.count))
      for row in part { gates[row] *= choice.weight }
    }
  }
}
