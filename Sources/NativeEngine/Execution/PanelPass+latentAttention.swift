import CKernels

/// Latent attention: causal over a sequence, or over each piece by itself.
extension PanelPass {
  func attend(_ attention: LatentAttention, layer: Int) {
    thread.forEachTask(panels.count) { panel in
      makeRows(attention, panel: panel)
      guard case .sequence(let sequence, let position) = context else { return }
      let first = panel * width
      append(
        ChunkRun(column: first, position: position + first, count: min(width, tokens - first)),
        to: sequence.cache.head(0, layer: layer).memory, attention)
    }
    guard !wanted.isEmpty else { return }
    forEachHead(of: attention) { absorb(attention, head: $0, panels: $1) }
    switch context {
    case .sequence(let sequence, let position):
      let first = wanted.lowerBound * width
      let vectors = (tokens - first + kernels.vectorWidth - 1) / kernels.vectorWidth
      // Later tokens see more positions: the long tasks first, so that no thread ends up alone with one.
      forEachGroup(of: attention, times: vectors) { task, heads in
        attend(
          attention, heads: heads, first: first + (vectors - 1 - task) * kernels.vectorWidth,
          in: sequence.cache.head(0, layer: layer).memory, position: position)
      }
    case .pieces(let pieces, let scratch):
      attend(attention, pieces, layer: layer, scratch: scratch)
    }
    forEachHead(of: attention) { head, panels in
      multiply(
        attention.expansion, head: head, of: attention.heads, panels: panels, from: .mixed,
        features: attention.dimension, into: .query, features: attention.valueDimension)
    }
  }

  /// value = the rows of a panel's tokens: normalized latents and rotated keys.
  private func makeRows(_ attention: LatentAttention, panel: Int) {
    let offset = panel * attention.dimension * width
    let (keys, rows) = (base(.key) + offset, base(.value) + offset)
    let norm = attention.latentNorm
    kernels.functions.normalize_panel(keys, norm.weight, norm.epsilon, Int64(attention.rank), rows)
    let turned = attention.rank * width
    turn(keys + turned, into: rows + turned, panel: panel, attention)
  }

  /// Rotates pairs of neighbours, and puts them half of the features apart.
  private func turn(
    _ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, panel: Int, _ attention: LatentAttention
  ) {
    let angles = scratch.angles[attention.rotary]
    for pair in 0..<angles.half {
      (output + pair * width).update(from: input + 2 * pair * width, count: width)
      (output + (angles.half + pair) * width).update(from: input + (2 * pair + 1) * width, count: width)
    }
    let offset = panel * angles.half * width
    kernels.functions.rotate_panel(
      output, angles.cosine.base + offset, angles.sine.base + offset, 1, Int64(attention.turnedDimension),
      Int64(attention.turnedDimension))
  }

  /// mixed = queries of a head in the latent space, followed by their rotated features.
  private func absorb(_ attention: LatentAttention, head: Int, panels: Range<Int>) {
    multiply(
      attention.absorption, head: head, of: attention.heads, panels: panels, from: .query,
      features: attention.queryDimension, into: .mixed, features: attention.dimension)
    for panel in panels {
      let place = panel * attention.heads + head
      turn(
        base(.query) + (place * attention.queryDimension + attention.plainDimension) * width,
        into: base(.mixed) + (place * attention.dimension + attention.rank) * width, panel: panel, attention)
    }
  }

  /// A product with the matrix of one head, whose inputs are the first of its `features` in a register.
  private func multiply(
    _ linear: Linear, head: Int, of heads: Int, panels: Range<Int>, from input: Register, features: Int,
    into output: Register, features outputFeatures: Int
  ) {
    let matrix = linear.matrix.part(head, of: heads)
    let size = Int(matrix.columns) * width
    let prepare = kernels.panelProduct(matrix, session.panelPrecision).prepare
    withUnsafePointer(to: matrix) { weights in
      for (index, panel) in panels.enumerated() {
        let from = base(input) + (panel * heads + head) * features * width
        let to = own.headInputs.base + index * size
        if let prepare { prepare(weights, from, to) } else { to.update(from: from, count: size) }
      }
    }
    multiply(
      matrix, rows: 0..<Int(matrix.rows), arranged: own.headInputs.base,
      tokens: min(tokens - panels.lowerBound * width, panels.count * width),
      into: base(output) + (panels.lowerBound * heads + head) * outputFeatures * width,
      stride: heads * outputFeatures, accumulates: false)
  }

  /// Tasks of a head and some of the wanted panels.
  private func forEachHead(of attention: LatentAttention, _ task: (_ head: Int, _ panels: Range<Int>) -> Void) {
    let size = LatentAttention.panelsPerTask
    let parts = (wanted.count + size - 1) / size
    thread.forEachTask(attention.heads * parts) {
      let first = wanted.lowerBound + $0 % parts * size
      task($0 / parts, first..<min(first + size, wanted.upperBound))
    }
  }

  /// Tasks of an index below `count` and some heads.
  private func forEachGroup(
    of attention: LatentAttention, times count: Int, _ task: (_ index: Int, _ heads: Range<Int>) -> Void
  ) {
    let size = LatentAttention.headsPerTask
    let groups = (attention.heads + size - 1) / size
    thread.forEachTask(count * groups) {
      let first = $0 % groups * size
      task($0 / groups, first..<min(first + size, attention.heads))
    }
  }

  /// Stores the rows of neighbours in the chunk.
  private func append(_ run: ChunkRun, to cache: rk_head_cache, _ attention: LatentAttention) {
    var cache = cache
    for part in run.parts(width: width) {
      let rows = scratch.registers.place(.value, features: attention.dimension, feature: 0, token: part.column)
      kernels.functions.append_panel(&cache, Int64(part.position), Int64(part.count), rows, rows)
    }
  }

  /// Attention of a vector of tokens; the results replace the queries.
  private func attend(
    _ attention: LatentAttention, heads: Range<Int>, queries: UnsafeMutablePointer<Float>, in cache: rk_head_cache,
    position: Int, tokens: Int
  ) {
    var cache = cache
    kernels.functions.attend_panel(
      &cache, queries, Int64(heads.count), attention.scale, Int64(position), Int64(tokens), 0, 0, nil, queries,
      own.attention.base)
  }

  /// Attention of the vector of tokens that starts at `first`.
  private func attend(
    _ attention: LatentAttention, heads: Range<Int>, first: Int, in cache: rk_head_cache, position: Int
  ) {
    let queries = scratch.registers.place(
      .mixed, features: attention.heads * attention.dimension, feature: heads.lowerBound * attention.dimension,
      token: first)
    attend(
      attention, heads: heads, queries: queries, in: cache, position: position + first,
      tokens: min(kernels.vectorWidth, tokens - first))
  }
}

/// Pieces.
extension PanelPass {
  private func attend(
    _ attention: LatentAttention, _ pieces: [ChunkPiece], layer: Int, scratch: PieceScratch
  ) {
    let alone = pieces.filter { $0.sequence == nil }
    forEachGroup(of: attention, times: alone.count) { piece, heads in
      let cache = scratch.cache(of: attention, thread: thread.index)
      for run in alone[piece].runs {
        // A continuation takes the place of the one before it in the cache.
        append(run, to: cache, attention)
        attend(attention, run, heads: heads, in: cache, scratch: scratch)
      }
    }
    for piece in pieces {
      guard let cache = piece.sequence?.cache.head(0, layer: layer).memory else { continue }
      for run in piece.runs {
        if thread.index == 0 { append(run, to: cache, attention) }
        thread.barrier()
        forEachGroup(of: attention, times: 1) { attend(attention, run, heads: $1, in: cache, scratch: scratch) }
      }
    }
  }

  /// Attention of tokens that may stand anywhere: queries are copied to where a vector begins, and back.
  private func attend(
    _ attention: LatentAttention, _ run: ChunkRun, heads: Range<Int>, in cache: rk_head_cache, scratch: PieceScratch
  ) {
    let queries = scratch.perThread[thread.index].queries.base
    let features = heads.count * attention.dimension
    func column(_ token: Int) -> UnsafeMutablePointer<Float> {
      self.scratch.registers.place(
        .mixed, features: attention.heads * attention.dimension, feature: heads.lowerBound * attention.dimension,
        token: run.column + token)
    }
    for first in stride(from: 0, to: run.count, by: kernels.vectorWidth) {
      let count = min(kernels.vectorWidth, run.count - first)
      for token in 0..<count {
        let from = column(first + token)
        for feature in 0..<features { queries[feature * width + token] = from[feature * width] }
      }
      attend(attention, heads: heads, queries: queries, in: cache, position: run.position + first, tokens: count)
      for token in 0..<count {
        let to = column(first + token)
        for feature in 0..<features { to[feature * width] = queries[feature * width + token] }
      }
    }
  }
}

extension LatentAttention {
  /// Panels whose products with the matrix of a head are a task: enough to pay for expanding the weights.
  static let panelsPerTask = 4
  /// Heads that attend for a vector of tokens in one task.
  static let headsPerTask = 6
}
