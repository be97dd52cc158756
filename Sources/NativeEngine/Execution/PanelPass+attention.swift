import CKernels

/// Attention: causal over a sequence, or over each piece by itself.
extension PanelPass {
  func attend(_ attention: Attention, layer: Int) -> Register {
    let heads = attention.keyValueHeads
    let layer = attention.rememberingLayer(of: layer)
    if case .together(let query, let key) = attention.norms {
      thread.forEachTask(panels.count) { task in
        let panel = panels.lowerBound + task
        for (norm, register) in [(query, Register.query), (key, .key)] {
          let count = norm.weight.count
          let values = base(register) + panel * count * width
          kernels.functions.normalize_panel(values, norm.weight, norm.epsilon, Int64(count), values)
        }
      }
    }
    thread.forEachTask(panels.count * heads) { task in
      let (panel, head) = (panels.lowerBound + task / heads, task % heads)
      turnQueries(attention, panel: panel, head: head)
      guard case .own(_, let value) = attention.memory else { return }
      turnKey(attention, panel: panel, head: head, isValue: value == nil)
      switch context {
      case .sequence(let sequence, let position):
        let first = panel * width
        append(
          first..<min(first + width, tokens), to: sequence.cache.head(head, layer: layer), attention, layer: layer,
          head: head, position: position + first)
      case .pieces(_, let scratch):
        guard let shared = scratch.shared[layer] else { return }
        let size = attention.dimension * width
        let offset = (panel * heads + head) * size
        (shared.keys.base + offset).update(from: base(.key) + offset, count: size)
        (shared.values.base + offset).update(from: base(.value) + offset, count: size)
      }
    }
    guard !wanted.isEmpty else { return .query }
    switch context {
    case .sequence(let sequence, let position):
      let first = wanted.lowerBound * width
      let vectors = (tokens - first + kernels.vectorWidth - 1) / kernels.vectorWidth
      let seen = attention.seen(from: position + first..<position + tokens)
      if !sequence.cache.head(0, layer: layer).isWhole(seen) {
        thread.forEachTask(heads) { sequence.cache.head($0, layer: layer).copy(seen, to: scratch.copy(of: $0)) }
      }
      // Later tokens see more positions: the long tasks first, so that no thread ends up alone with one.
      thread.forEachTask(vectors * heads) { task in
        let head = task % heads
        attend(
          attention, first: first + (vectors - 1 - task / heads) * kernels.vectorWidth,
          in: sequence.cache.head(head, layer: layer).view(of: seen, copy: scratch.copy(of: head)), head: head,
          position: position)
      }
    case .pieces(let pieces, let scratch):
      thread.forEachTask(pieces.count * heads) {
        attend(attention, pieces[$0 / heads], head: $0 % heads, layer: layer, scratch: scratch)
      }
    }
    if attention.isGated { gate(attention) }
    return .query
  }

  /// Normalizes and rotates the queries of a panel that share a key-value head.
  private func turnQueries(_ attention: Attention, panel: Int, head: Int) {
    let (dimension, group) = (attention.dimension, attention.group)
    let size = dimension * width
    let queries = base(.query) + (panel * attention.heads + head * group) * size
    if attention.isGated {
      let mixed = base(.mixed) + (panel * attention.heads + head * group) * 2 * size
      for index in 0..<group { (queries + index * size).update(from: mixed + index * 2 * size, count: size) }
    }
    if let norm = attention.norms.ofQueries {
      for index in 0..<group { normalize(queries + index * size, norm) }
    }
    rotate(queries, heads: group, panel: panel, attention)
    if let growth = attention.queryGrowth {
      let factors = (0..<width).map { growth.factor(at: scratch.positions.base[panel * width + $0]) }
      rk_scale_panel(queries, factors, Int64(group * dimension), Int64(width))
    }
  }

  /// Normalizes and rotates the keys of a panel and head, and normalizes their values.
  ///
  /// - Parameter isValue: Whether the keys before that are the values.
  private func turnKey(_ attention: Attention, panel: Int, head: Int, isValue: Bool) {
    let size = attention.dimension * width
    let offset = (panel * attention.keyValueHeads + head) * size
    let (key, value) = (base(.key) + offset, base(.value) + offset)
    if isValue { value.update(from: key, count: size) }
    if let norm = attention.norms.ofValues { normalize(value, norm) }
    if let norm = attention.norms.ofKeys { normalize(key, norm) }
    rotate(key, heads: 1, panel: panel, attention)
  }

  private func normalize(_ head: UnsafeMutablePointer<Float>, _ norm: Norm) {
    kernels.functions.normalize_panel(head, norm.weight, norm.epsilon, Int64(norm.weight.count), head)
  }

  private func rotate(_ values: UnsafeMutablePointer<Float>, heads: Int, panel: Int, _ attention: Attention) {
    guard let index = attention.rotary else { return }
    let angles = scratch.angles[index]
    let offset = panel * angles.half * width
    kernels.functions.rotate_panel(
      values, angles.cosine.base + offset, angles.sine.base + offset, Int64(heads), Int64(attention.dimension),
      Int64(2 * angles.half))
  }

  /// Stores the keys and values of tokens of one panel, the first of which has the position.
  private func append(
    _ tokens: Range<Int>, to cache: HeadCache, _ attention: Attention, layer: Int, head: Int, position: Int
  ) {
    let (panel, column) = (tokens.lowerBound / width, tokens.lowerBound % width)
    let offset = (panel * attention.keyValueHeads + head) * attention.dimension * width + column
    var (keys, values) = (base(.key), base(.value))
    if case .pieces(_, let scratch) = context, let shared = scratch.shared[layer] {
      (keys, values) = (shared.keys.base, shared.values.base)
    }
    var memory = cache.memory
    for part in cache.parts(of: position..<position + tokens.count) {
      let offset = offset + part.lowerBound - position
      kernels.functions.append_panel(
        &memory, Int64(cache.place(of: part.lowerBound)), Int64(part.count), keys + offset, values + offset)
    }
  }

  private func attend(
    _ attention: Attention, in view: HeadCache.View, head: Int, query: UnsafeMutablePointer<Float>, position: Int,
    tokens: Int
  ) {
    var memory = view.memory
    func attend(_ sinks: UnsafePointer<Float>?) {
      kernels.functions.attend_panel(
        &memory, query, Int64(attention.group), attention.scale, Int64(position - view.origin), Int64(tokens),
        Int64(attention.window ?? 0), 0, sinks, query, own.attention.base)
    }
    guard let sinks = attention.sinks else { return attend(nil) }
    sinks.withUnsafeBufferPointer { attend($0.baseAddress.map { $0 + head * attention.group }) }
  }

  /// Attention of the vector of tokens that starts at `first`; the result replaces the queries.
  private func attend(_ attention: Attention, first: Int, in view: HeadCache.View, head: Int, position: Int) {
    let features = (first / width * attention.heads + head * attention.group) * attention.dimension
    attend(
      attention, in: view, head: head, query: base(.query) + features * width + first % width,
      position: position + first, tokens: min(kernels.vectorWidth, tokens - first))
  }

  /// Attention of a piece's tokens, one run after the other; the results replace the queries.
  private func attend(_ attention: Attention, _ piece: ChunkPiece, head: Int, layer: Int, scratch: PieceScratch) {
    let own = scratch.perThread[thread.index]
    let cache = piece.sequence?.cache.head(head, layer: layer) ?? scratch.cache(of: attention, thread: thread.index)
    for run in piece.runs {
      // A continuation takes the place of the one before it in the cache.
      for part in run.parts(width: width) {
        append(
          part.column..<part.column + part.count, to: cache, attention, layer: layer, head: head,
          position: part.position)
      }
      let seen = attention.seen(from: run.position..<run.position + run.count)
      if !cache.isWhole(seen) { cache.copy(seen, to: own.copy.base) }
      let view = cache.view(of: seen, copy: own.copy.base)
      for first in stride(from: 0, to: run.count, by: kernels.vectorWidth) {
        let vector = ChunkRun(
          column: run.column + first, position: run.position + first,
          count: min(kernels.vectorWidth, run.count - first))
        attend(attention, vector, in: view, head: head, queries: own.queries.base)
      }
    }
  }

  /// Attention of a vector of tokens that may stand anywhere: queries are copied to where a vector begins, and back.
  private func attend(
    _ attention: Attention, _ vector: ChunkRun, in view: HeadCache.View, head: Int,
    queries: UnsafeMutablePointer<Float>
  ) {
    let features = attention.group * attention.dimension
    func column(_ token: Int) -> UnsafeMutablePointer<Float> {
      scratch.registers.place(
        .query, features: attention.width, feature: head * features, token: vector.column + token)
    }
    for token in 0..<vector.count {
      let from = column(token)
      for feature in 0..<features { queries[feature * width + token] = from[feature * width] }
    }
    attend(
      attention, in: view, head: head, query: queries, position: vector.position, tokens: vector.count)
    for token in 0..<vector.count {
      let to = column(token)
      for feature in 0..<features { to[feature * width] = queries[feature * width + token] }
    }
  }

  /// Multiplies each head's result with the sigmoid of its gate.
  private func gate(_ attention: Attention) {
    let size = attention.dimension * width
    thread.forEachTask(wanted.count * attention.heads) { task in
      let head = wanted.lowerBound * attention.heads + task
      rk_gate_by_sigmoid(base(.query) + head * size, base(.mixed) + (2 * head + 1) * size, Int64(size))
    }
  }
}
