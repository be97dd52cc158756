import CKernels

// One token of each sequence of a batch through all layers. Every thread runs the whole program and computes its share of
// each product's rows; what is cheap (norms, the arrangement of an input) each thread does for itself rather than wait
// for another.
extension Session {
  /// Processes one token of each of the first sequences, at its end, and leaves the logits in `vector.logits`.
  func run(_ batch: some RandomAccessCollection<Int32>) {
    let config = config
    for (index, token) in batch.enumerated() {
      withUnsafePointer(to: model.embedding.matrix) { matrix in
        kernels.functions.dequantize_row(matrix, Int64(token), vector.hidden.base + index * config.hiddenSize)
      }
      let half = model.rotary.half
      model.rotary.fill(
        cosine: vector.cosine.base + index * half, sine: vector.sine.base + index * half,
        position: sequences[index].end, count: 1, stride: 1)
    }
    let count = batch.count
    team.run { lane in
      for index in model.layers.indices { run(lane, layer: index, batch: count) }
      project(lane, batch: count)
    }
  }

  /// Logits from `vector.hidden`.
  func project(_ lane: Lane, batch: Int) {
    normalize(lane, model.finalNorm, batch: batch)
    multiply(lane, input: normed(lane), batch: batch, [(model.head, vector.logits, false)])
    lane.barrier()
  }

  private func run(_ lane: Lane, layer index: Int, batch: Int) {
    let layer = model.layers[index]
    normalize(lane, layer.inputNorm, batch: batch)
    multiply(
      lane, input: normed(lane), batch: batch,
      [(layer.query, vector.query, false), (layer.key, vector.key, false), (layer.value, vector.value, false)])
    lane.barrier()
    attend(lane, layer: index, batch: batch)
    multiply(lane, input: normed(lane), batch: batch, [(layer.output, vector.hidden, true)])
    lane.barrier()
    normalize(lane, layer.feedForwardNorm, batch: batch)
    feedForward(lane, layer, batch: batch)
    lane.barrier()
    multiply(lane, input: (vector.gate.base, layer.gate.rows), batch: batch, [(layer.down, vector.hidden, true)])
    lane.barrier()
  }

  /// Activations of a batch: the first token's, and floats from one token to the next.
  private typealias Activations = (base: UnsafeMutablePointer<Float>, stride: Int)

  private func normed(_ lane: Lane) -> Activations { (vector.own[lane.index].normed.base, vector.normedStride) }

  private func normalize(_ lane: Lane, _ weight: [Float], batch: Int) {
    let out = normed(lane)
    for token in 0..<batch {
      kernels.functions.normalize(
        vector.hidden.base + token * config.hiddenSize, weight, Float(config.rmsNormEpsilon),
        Int64(config.hiddenSize), out.base + token * out.stride)
    }
  }

  /// Arranges a batch for products with the matrix.
  private func prepare(_ lane: Lane, _ input: Activations, batch: Int, for matrix: WeightMatrix) {
    let prepared = vector.own[lane.index].prepared.base
    let stride = Int(rk_prepared_count(matrix.matrix.columns))
    withUnsafePointer(to: matrix.matrix) { weights in
      for token in 0..<batch {
        product.prepare(weights, input.base + token * input.stride, prepared + token * stride)
      }
    }
  }

  /// Some rows of a product: where they are written, or added to.
  private typealias Part = (matrix: WeightMatrix, rows: Range<Int>, output: FloatBuffer, accumulate: Bool)

  /// This lane's share of the products of one batch with several matrices, as if their rows stood below each other.
  private func multiply(
    _ lane: Lane, input: Activations, batch: Int,
    _ products: [(matrix: WeightMatrix, output: FloatBuffer, accumulate: Bool)]
  ) {
    let share = lane.share(of: products.reduce(0) { $0 + $1.matrix.rows })
    var first = 0
    let parts = products.map { matrix, output, accumulate -> Part in
      let rows = share.clamped(to: first..<first + matrix.rows)
      defer { first += matrix.rows }
      return (matrix, rows.lowerBound - first..<rows.upperBound - first, output, accumulate)
    }
    multiply(lane, input: input, batch: batch, parts: parts)
  }

  /// Products of one batch, which is arranged once for neighbours of the same format.
  private func multiply(_ lane: Lane, input: Activations, batch: Int, parts: [Part]) {
    var arranged: WeightMatrix?
    for (matrix, rows, output, accumulate) in parts where !rows.isEmpty {
      if arranged?.sharesInput(with: matrix) != true { prepare(lane, input, batch: batch, for: matrix) }
      withUnsafePointer(to: matrix.matrix) { weights in
        product.multiply(
          weights, vector.own[lane.index].prepared.base, Int64(batch), output.base, Int64(matrix.rows),
          Int64(rows.lowerBound), Int64(rows.upperBound), accumulate)
      }
      arranged = matrix
    }
  }

  /// Gate and up rows of the same share, so that the activation needs no barrier.
  private func feedForward(_ lane: Lane, _ layer: Llama.Layer, batch: Int) {
    let rows = lane.share(of: layer.gate.rows)
    multiply(
      lane, input: normed(lane), batch: batch,
      parts: [(layer.gate, rows, vector.gate, false), (layer.up, rows, vector.up, false)])
    for token in 0..<batch {
      let offset = token * layer.gate.rows + rows.lowerBound
      kernels.functions.gate(vector.gate.base + offset, vector.up.base + offset, Int64(rows.count))
    }
  }
}
