import CKernels

/// Attention within each text.
extension EncoderPass {
  /// The results replace the queries.
  func attend(_ attention: Attention, isCausal: Bool) {
    turn(attention)
    thread.forEachTask(texts.count * attention.keyValueHeads) { task in
      attend(
        attention, texts[task / attention.keyValueHeads], head: task % attention.keyValueHeads, isCausal: isCausal)
    }
  }

  /// Normalizes the heads of queries and keys and turns them by their positions.
  private func turn(_ attention: Attention) {
    guard attention.rotary != nil || attention.norms.ofQueries != nil else { return }
    thread.forEachTask(2 * panelCount) { task in
      let panel = task / 2
      if task % 2 == 0 {
        turn(.query, heads: attention.heads, attention.norms.ofQueries, panel: panel, attention)
      } else {
        turn(.key, heads: attention.keyValueHeads, attention.norms.ofKeys, panel: panel, attention)
      }
    }
  }

  private func turn(_ register: Register, heads: Int, _ norm: Norm?, panel: Int, _ attention: Attention) {
    let size = attention.dimension * width
    let values = base(register) + panel * heads * size
    if let norm {
      for head in 0..<heads {
        let head = values + head * size
        kernels.functions.normalize_panel(head, norm.weight, norm.epsilon, Int64(attention.dimension), head)
      }
    }
    guard let index = attention.rotary else { return }
    let angles = scratch.angles[index]
    let offset = panel * angles.half * width
    kernels.functions.rotate_panel(
      values, angles.cosine.base + offset, angles.sine.base + offset, Int64(heads), Int64(attention.dimension),
      Int64(2 * angles.half))
  }

  /// Attention of the query heads that share a key-value head.
  private func attend(_ attention: Attention, _ text: EncodedText, head: Int, isCausal: Bool) {
    var memory = own.memory(dimension: attention.dimension)
    let features = attention.keyValueHeads * attention.dimension
    let run = ChunkRun(column: text.column, position: 0, count: text.count)
    for part in run.parts(width: width) {
      func place(_ register: Register) -> UnsafeMutablePointer<Float> {
        scratch.registers.place(
          register, features: features, feature: head * attention.dimension, token: part.column)
      }
      kernels.functions.append_panel(
        &memory, Int64(part.position), Int64(part.count), place(.key), place(.value))
    }
    let (queries, size) = (own.queries.base, attention.group * attention.dimension)
    func column(_ token: Int) -> UnsafeMutablePointer<Float> {
      scratch.registers.place(
        .query, features: attention.width, feature: head * size, token: text.column + token)
    }
    for first in stride(from: 0, to: text.count, by: kernels.vectorWidth) {
      let count = min(kernels.vectorWidth, text.count - first)
      // A vector of tokens may stand anywhere in panels: it is copied to where one begins, and back.
      for token in 0..<count {
        let from = column(first + token)
        for feature in 0..<size { queries[feature * width + token] = from[feature * width] }
      }
      kernels.functions.attend_panel(
        &memory, queries, Int64(attention.group), attention.scale, Int64(first), Int64(count),
        Int64(attention.window ?? 0), isCausal ? 0 : Int64(text.count), nil, queries, own.attention.base)
      for token in 0..<count {
        let to = column(first + token)
        for feature in 0..<size { to[feature * width] = queries[feature * width + token] }
      }
    }
  }
}
