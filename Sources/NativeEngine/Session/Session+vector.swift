import CKernels

// One token through all layers. Every thread runs the whole program and computes its share of each product's rows;
// what is cheap (norms, the arrangement of an input) each thread does for itself rather than wait for another.
extension Session {
  /// Processes `token` at `position` and leaves the logits in `vector.logits`.
  func run(token: Int32, at position: Int) {
    let functions = kernels.functions
    withUnsafePointer(to: model.embedding.matrix) { matrix in
      functions.dequantize_row(matrix, Int64(token), vector.hidden.base)
    }
    model.rotary.fill(
      cosine: vector.cosine.base, sine: vector.sine.base, position: position, count: 1, stride: 1)
    team.run { lane in
      for index in model.layers.indices { attend(lane, layer: index, position: position) }
      project(lane)
    }
  }

  /// Logits from `vector.hidden`.
  func project(_ lane: Lane) {
    normalize(lane, model.finalNorm)
    multiply(lane, input: vector.own[lane.index].normed, [(model.head, vector.logits, false)])
    lane.barrier()
  }

  private func attend(_ lane: Lane, layer index: Int, position: Int) {
    let layer = model.layers[index]
    let own = vector.own[lane.index]
    normalize(lane, layer.inputNorm)
    multiply(
      lane, input: own.normed,
      [(layer.query, vector.query, false), (layer.key, vector.key, false), (layer.value, vector.value, false)])
    lane.barrier()
    let spans = position / VectorScratch.span + 1
    lane.forEachTask(spans * config.keyValueHeadCount) { task in
      attendSpan(
        task / config.keyValueHeadCount, of: spans, head: task % config.keyValueHeadCount, layer: index,
        position: position, own: own)
    }
    merge(spans: spans, into: own.normed)
    multiply(lane, input: own.normed, [(layer.output, vector.hidden, true)])
    lane.barrier()
    normalize(lane, layer.feedForwardNorm)
    feedForward(lane, layer)
    lane.barrier()
    multiply(lane, input: vector.gate, [(layer.down, vector.hidden, true)])
    lane.barrier()
  }

  private func normalize(_ lane: Lane, _ weight: [Float]) {
    kernels.functions.normalize(
      vector.hidden.base, weight, Float(config.rmsNormEpsilon), Int64(config.hiddenSize),
      vector.own[lane.index].normed.base)
  }

  /// This lane's share of the products of one input with several matrices, as if their rows stood below each other.
  private func multiply(
    _ lane: Lane, input: FloatBuffer, _ products: [(matrix: WeightMatrix, output: FloatBuffer, accumulate: Bool)]
  ) {
    let prepared = vector.own[lane.index].prepared.base
    let share = lane.share(of: products.reduce(0) { $0 + $1.matrix.rows })
    var first = 0
    var arranged: WeightMatrix?
    for (matrix, output, accumulate) in products {
      let rows = share.clamped(to: first..<first + matrix.rows)
      defer { first += matrix.rows }
      guard !rows.isEmpty else { continue }
      withUnsafePointer(to: matrix.matrix) { weights in
        if arranged?.sharesInput(with: matrix) != true { kernels.functions.prepare(weights, input.base, prepared) }
        kernels.functions.multiply_vector(
          weights, prepared, output.base, Int64(rows.lowerBound - first), Int64(rows.upperBound - first), accumulate)
      }
      arranged = matrix
    }
  }

  /// Gate and up rows of the same share, so that the activation needs no barrier.
  private func feedForward(_ lane: Lane, _ layer: Llama.Layer) {
    let own = vector.own[lane.index]
    let rows = lane.share(of: layer.gate.rows)
    var arranged: WeightMatrix?
    for (matrix, output) in [(layer.gate, vector.gate), (layer.up, vector.up)] {
      defer { arranged = matrix }
      withUnsafePointer(to: matrix.matrix) { weights in
        if arranged?.sharesInput(with: matrix) != true {
          kernels.functions.prepare(weights, own.normed.base, own.prepared.base)
        }
        kernels.functions.multiply_vector(
          weights, own.prepared.base, output.base, Int64(rows.lowerBound), Int64(rows.upperBound), false)
      }
    }
    kernels.functions.gate(
      vector.gate.base + rows.lowerBound, vector.up.base + rows.lowerBound, Int64(rows.count))
  }

  private func attendSpan(
    _ span: Int, of spans: Int, head: Int, layer: Int, position: Int, own: VectorScratch.Own
  ) {
    let dimension = config.headDimension
    let group = config.attentionHeadCount / config.keyValueHeadCount
    let rotate = kernels.functions.rotate
    var headCache = cache.head(head, layer: layer)
    let query = own.query.base
    query.update(from: vector.query.base + head * group * dimension, count: group * dimension)
    rotate?(query, vector.cosine.base, vector.sine.base, Int64(group), Int64(dimension))
    if span == spans - 1 {
      let key = query + group * dimension
      key.update(from: vector.key.base + head * dimension, count: dimension)
      rotate?(key, vector.cosine.base, vector.sine.base, 1, Int64(dimension))
      kernels.functions.append(&headCache, Int64(position), key, vector.value.base + head * dimension)
    }
    let begin = span * VectorScratch.span
    let slot = span * config.attentionHeadCount + head * group
    kernels.functions.attend(
      &headCache, query, Int64(group), 1 / Float(dimension).squareRoot(), Int64(begin),
      Int64(min(begin + VectorScratch.span, position + 1)), vector.spanSums.base + slot * dimension,
      vector.spanLargest.base + slot, vector.spanTotals.base + slot, own.scores.base)
  }

  private func merge(spans: Int, into out: FloatBuffer) {
    let dimension = config.headDimension
    let heads = config.attentionHeadCount
    for head in 0..<heads {
      rk_merge_spans(
        Int64(spans), Int64(heads * dimension), Int64(heads), vector.spanSums.base + head * dimension,
        vector.spanLargest.base + head, vector.spanTotals.base + head, Int64(dimension), out.base + head * dimension)
    }
  }
}
