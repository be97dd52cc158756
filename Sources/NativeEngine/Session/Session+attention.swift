import CKernels

// Attention of one token of each sequence of a batch: spans of positions are shared out among the threads and merged.
extension Session {
  /// Rotates queries and keys, stores keys and values, and leaves the attention's result in each lane's `normed`.
  func attend(_ lane: Lane, layer: Int, batch: Int) {
    let heads = config.keyValueHeadCount
    var count = 0
    for token in 0..<batch { count += spans(of: token) * heads }
    lane.forEachTask(count) { task in
      var (token, task) = (0, task)
      while task >= spans(of: token) * heads {
        task -= spans(of: token) * heads
        token += 1
      }
      attendSpan(task / heads, of: token, head: task % heads, layer: layer, own: vector.own[lane.index])
    }
    let out = vector.own[lane.index].normed.base
    for token in 0..<batch { merge(token, into: out + token * vector.normedStride) }
  }

  /// Spans that the positions of a token fill, its own included.
  private func spans(of token: Int) -> Int { sequences[token].end / VectorScratch.span + 1 }

  private func attendSpan(_ span: Int, of token: Int, head: Int, layer: Int, own: VectorScratch.Own) {
    let dimension = config.headDimension
    let group = config.attentionHeadCount / config.keyValueHeadCount
    let half = model.rotary.half
    let (cosine, sine) = (vector.cosine.base + token * half, vector.sine.base + token * half)
    let position = sequences[token].end
    var headCache = sequences[token].cache.head(head, layer: layer)
    let query = own.query.base
    let queries = vector.query.base + token * config.attentionHeadCount * dimension
    query.update(from: queries + head * group * dimension, count: group * dimension)
    kernels.functions.rotate(query, cosine, sine, Int64(group), Int64(dimension))
    if span == spans(of: token) - 1 {
      let stored = (token * config.keyValueHeadCount + head) * dimension
      let key = query + group * dimension
      key.update(from: vector.key.base + stored, count: dimension)
      kernels.functions.rotate(key, cosine, sine, 1, Int64(dimension))
      kernels.functions.append(&headCache, Int64(position), key, vector.value.base + stored)
    }
    let begin = span * VectorScratch.span
    let slot = token * vector.spanStride + span * config.attentionHeadCount + head * group
    let sums = token * vector.spanSumStride + (span * config.attentionHeadCount + head * group) * dimension
    kernels.functions.attend(
      &headCache, query, Int64(group), 1 / Float(dimension).squareRoot(), Int64(begin),
      Int64(min(begin + VectorScratch.span, position + 1)), vector.spanSums.base + sums,
      vector.spanLargest.base + slot, vector.spanTotals.base + slot, own.scores.base)
  }

  private func merge(_ token: Int, into out: UnsafeMutablePointer<Float>) {
    let dimension = config.headDimension
    let heads = config.attentionHeadCount
    let sums = vector.spanSums.base + token * vector.spanSumStride
    let slots = token * vector.spanStride
    for head in 0..<heads {
      rk_merge_spans(
        Int64(spans(of: token)), Int64(heads * dimension), Int64(heads), sums + head * dimension,
        vector.spanLargest.base + slots + head, vector.spanTotals.base + slots + head, Int64(dimension),
        out + head * dimension)
    }
  }
}
