import CKernels

/// Attention: spans of positions are shared out among the threads, and their results merged.
extension VectorPass {
  func attend(_ attention: Attention, layer: Int) -> Register {
    let heads = attention.keyValueHeads
    let layer = attention.rememberingLayer(of: layer)
    if case .together(let query, let key) = attention.norms { normalizeTogether(query, key) }
    var count = 0
    for token in 0..<batch { count += spans(of: token, attention).count * heads }
    thread.forEachTask(count) { task in
      var (token, task) = (0, task)
      while task >= spans(of: token, attention).count * heads {
        task -= spans(of: token, attention).count * heads
        token += 1
      }
      attendSpan(
        spans(of: token, attention).lowerBound + task / heads, of: token, head: task % heads, attention, layer: layer)
    }
    for token in 0..<batch { merge(token, attention, into: own.normed.base + token * attention.width) }
    return .normed
  }

  /// Norms over all heads of a token, which no thread can compute for one head.
  private func normalizeTogether(_ query: Norm, _ key: Norm) {
    if thread.index == 0 {
      for token in 0..<batch {
        for (norm, register) in [(query, Register.query), (key, .key)] {
          let values = base(register) + token * norm.weight.count
          functions.normalize(values, norm.weight, norm.epsilon, Int64(norm.weight.count), values)
        }
      }
    }
    thread.barrier()
  }

  private func position(of token: Int) -> Int { session.sequences[token].end }

  /// Spans that hold the positions that a token sees.
  private func spans(of token: Int, _ attention: Attention) -> Range<Int> {
    let position = position(of: token)
    let seen = attention.seen(from: position..<position + 1, span: 1)
    return seen.lowerBound / VectorScratch.span..<position / VectorScratch.span + 1
  }

  private func attendSpan(_ span: Int, of token: Int, head: Int, _ attention: Attention, layer: Int) {
    let (dimension, group) = (attention.dimension, attention.group)
    let position = position(of: token)
    let cache = session.sequences[token].cache.head(head, layer: layer)
    let query = own.query.base
    if attention.isGated {
      let queries = base(.mixed) + (token * attention.heads + head * group) * 2 * dimension
      for index in 0..<group {
        (query + index * dimension).update(from: queries + index * 2 * dimension, count: dimension)
      }
    } else {
      query.update(from: base(.query) + (token * attention.heads + head * group) * dimension, count: group * dimension)
    }
    if let norm = attention.norms.ofQueries { normalizeHeads(query, norm, count: group) }
    rotate(query, heads: group, of: token, attention)
    if let growth = attention.queryGrowth {
      let factor = growth.factor(at: position)
      for feature in 0..<group * dimension { query[feature] *= factor }
    }
    if span == spans(of: token, attention).upperBound - 1 {
      remember(token, head: head, attention, in: cache, scratch: query + group * dimension)
    }
    let seen = attention.seen(from: position..<position + 1, span: 1)
    let begin = span * VectorScratch.span
    let end = min(begin + VectorScratch.span, position + 1)
    let view = cache.view(of: begin..<end)
    var memory = view.memory
    let slot = token * scratch.spanStride + span * attention.heads + head * group
    functions.attend(
      &memory, query, Int64(group), attention.scale, Int64(begin - view.origin),
      Int64(max(begin, seen.lowerBound) - view.origin), Int64(end - view.origin),
      scratch.spanSums.base + token * scratch.spanSumStride + (span * attention.heads + head * group) * dimension,
      scratch.spanLargest.base + slot, scratch.spanTotals.base + slot, own.scores.base)
  }

  /// Stores the key and value of a token and head, if they are the layer's own.
  ///
  /// - Parameter scratch: Room for both.
  private func remember(
    _ token: Int, head: Int, _ attention: Attention, in cache: HeadCache, scratch key: UnsafeMutablePointer<Float>
  ) {
    guard case .own(_, let projection) = attention.memory else { return }
    let dimension = attention.dimension
    let offset = (token * attention.keyValueHeads + head) * dimension
    let value = key + dimension
    key.update(from: base(.key) + offset, count: dimension)
    value.update(from: base(projection == nil ? .key : .value) + offset, count: dimension)
    if let norm = attention.norms.ofKeys { normalizeHeads(key, norm, count: 1) }
    if let norm = attention.norms.ofValues { normalizeHeads(value, norm, count: 1) }
    rotate(key, heads: 1, of: token, attention)
    var memory = cache.memory
    functions.append(&memory, Int64(cache.place(of: position(of: token))), key, value)
  }

  private func normalizeHeads(_ values: UnsafeMutablePointer<Float>, _ norm: Norm, count: Int) {
    let dimension = norm.weight.count
    for head in 0..<count {
      let value = values + head * dimension
      functions.normalize(value, norm.weight, norm.epsilon, Int64(dimension), value)
    }
  }

  private func rotate(_ values: UnsafeMutablePointer<Float>, heads: Int, of token: Int, _ attention: Attention) {
    guard let index = attention.rotary else { return }
    let angles = scratch.angles[index]
    let offset = token * angles.half
    functions.rotate(
      values, angles.cosine.base + offset, angles.sine.base + offset, Int64(heads), Int64(attention.dimension),
      Int64(2 * angles.half))
  }

  private func merge(_ token: Int, _ attention: Attention, into out: UnsafeMutablePointer<Float>) {
    let (dimension, heads) = (attention.dimension, attention.heads)
    let spans = spans(of: token, attention)
    let sums = scratch.spanSums.base + token * scratch.spanSumStride + spans.lowerBound * heads * dimension
    let slots = token * scratch.spanStride + spans.lowerBound * heads
    for head in 0..<heads {
      func merge(_ sink: UnsafePointer<Float>?) {
        rk_merge_spans(
          Int64(spans.count), Int64(heads * dimension), Int64(heads), sums + head * dimension,
          scratch.spanLargest.base + slots + head, scratch.spanTotals.base + slots + head, sink, Int64(dimension),
          out + head * dimension)
      }
      if let sinks = attention.sinks {
        withUnsafePointer(to: sinks[head]) { merge($0) }
      } else {
        merge(nil)
      }
      if attention.isGated {
        let gate = base(.mixed) + ((token * heads + head) * 2 + 1) * dimension
        rk_gate_by_sigmoid(out + head * dimension, gate, Int64(dimension))
      }
    }
  }
}
