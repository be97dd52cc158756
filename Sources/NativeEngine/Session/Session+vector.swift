import CKernels
import Checkpoint

// One token of each sequence of a batch through all layers. Every thread runs the whole program and computes its share
// of each product's rows. What is cheap (norms, the arrangement of an input) each thread does for itself rather than
// wait for another.
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
    team.run { thread in
      for index in model.layers.indices { run(thread, layer: index, batch: count) }
      project(thread, batch: count)
    }
  }

  /// Logits from `vector.hidden`.
  func project(_ thread: TeamThread, batch: Int) {
    normalize(thread, model.finalNorm, batch: batch)
    multiply(thread, input: normed(thread), batch: batch, [(model.head, vector.logits, false)])
    thread.barrier()
  }

  private func run(_ thread: TeamThread, layer index: Int, batch: Int) {
    let layer = model.layers[index]
    normalize(thread, layer.inputNorm, batch: batch)
    multiply(
      thread, input: normed(thread), batch: batch,
      [(layer.query, vector.query, false), (layer.key, vector.key, false), (layer.value, vector.value, false)])
    thread.barrier()
    attend(thread, layer: index, batch: batch)
    multiply(thread, input: normed(thread), batch: batch, [(layer.output, vector.hidden, true)])
    thread.barrier()
    normalize(thread, layer.feedForwardNorm, batch: batch)
    feedForward(thread, layer, batch: batch)
    thread.barrier()
    multiply(thread, input: (vector.gate.base, layer.gate.rows), batch: batch, [(layer.down, vector.hidden, true)])
    thread.barrier()
  }

  /// Activations of a batch: the first token's, and floats from one token to the next.
  private typealias Activations = (base: UnsafeMutablePointer<Float>, stride: Int)

  private func normed(_ thread: TeamThread) -> Activations {
    (vector.perThread[thread.index].normed.base, vector.normedStride)
  }

  private func normalize(_ thread: TeamThread, _ weight: [Float], batch: Int) {
    let out = normed(thread)
    for token in 0..<batch {
      kernels.functions.normalize(
        vector.hidden.base + token * config.hiddenSize, weight, Float(config.rmsNormEpsilon),
        Int64(config.hiddenSize), out.base + token * out.stride)
    }
  }

  /// Gate and up rows of the same share, so that the activation needs no barrier.
  private func feedForward(_ thread: TeamThread, _ layer: Llama.Layer, batch: Int) {
    let rows = thread.share(of: layer.gate.rows)
    multiply(
      thread, input: normed(thread), batch: batch,
      parts: [(layer.gate, rows, vector.gate, false), (layer.up, rows, vector.up, false)])
    for token in 0..<batch {
      let offset = token * layer.gate.rows + rows.lowerBound
      kernels.functions.gate(vector.gate.base + offset, vector.up.base + offset, Int64(rows.count))
    }
  }
}

// Products.
extension Session {
  /// Some rows of a product, and where they are written, or added to.
  private typealias Part = (matrix: WeightMatrix, rows: Range<Int>, output: FloatBuffer, accumulate: Bool)

  /// This thread's share of the products of one batch with several matrices, as if their rows stood below each other.
  private func multiply(
    _ thread: TeamThread, input: Activations, batch: Int,
    _ products: [(matrix: WeightMatrix, output: FloatBuffer, accumulate: Bool)]
  ) {
    let share = thread.share(of: products.reduce(0) { $0 + $1.matrix.rows })
    var first = 0
    let parts = products.map { matrix, output, accumulate -> Part in
      let rows = share.clamped(to: first..<first + matrix.rows)
      defer { first += matrix.rows }
      return (matrix, rows.lowerBound - first..<rows.upperBound - first, output, accumulate)
    }
    multiply(thread, input: input, batch: batch, parts: parts)
  }

  /// Products of one batch, which is arranged once for neighbours of the same format.
  private func multiply(_ thread: TeamThread, input: Activations, batch: Int, parts: [Part]) {
    var arranged: WeightMatrix?
    for (matrix, rows, output, accumulate) in parts where !rows.isEmpty {
      if arranged?.sharesInput(with: matrix) != true { prepare(thread, input, batch: batch, for: matrix) }
      withUnsafePointer(to: matrix.matrix) { weights in
        product.multiply(
          weights, vector.perThread[thread.index].prepared.base, Int64(batch), output.base, Int64(matrix.rows),
          Int64(rows.lowerBound), Int64(rows.upperBound), accumulate)
      }
      arranged = matrix
    }
  }

  /// Arranges a batch for products with the matrix.
  private func prepare(_ thread: TeamThread, _ input: Activations, batch: Int, for matrix: WeightMatrix) {
    let prepared = vector.perThread[thread.index].prepared.base
    let stride = Int(rk_prepared_count(matrix.matrix.columns))
    withUnsafePointer(to: matrix.matrix) { weights in
      for token in 0..<batch {
        product.prepare(weights, input.base + token * input.stride, prepared + token * stride)
      }
    }
  }
}

// Attention: spans of positions are shared out among the threads, and their results merged.
extension Session {
  /// Rotates queries and keys, stores keys and values, and leaves the attention's result in each thread's `normed`.
  private func attend(_ thread: TeamThread, layer: Int, batch: Int) {
    let heads = config.keyValueHeadCount
    let scratch = vector.perThread[thread.index]
    var count = 0
    for token in 0..<batch { count += spans(of: token) * heads }
    thread.forEachTask(count) { task in
      var (token, task) = (0, task)
      while task >= spans(of: token) * heads {
        task -= spans(of: token) * heads
        token += 1
      }
      attendSpan(task / heads, of: token, head: task % heads, layer: layer, scratch: scratch)
    }
    for token in 0..<batch { merge(token, into: scratch.normed.base + token * vector.normedStride) }
  }

  /// Spans that the positions of a token fill, the token's position included.
  private func spans(of token: Int) -> Int { sequences[token].end / VectorScratch.span + 1 }

  private func attendSpan(_ span: Int, of token: Int, head: Int, layer: Int, scratch: VectorScratch.PerThread) {
    let dimension = config.headDimension
    let group = config.attentionHeadCount / config.keyValueHeadCount
    let half = model.rotary.half
    let (cosine, sine) = (vector.cosine.base + token * half, vector.sine.base + token * half)
    let position = sequences[token].end
    var headCache = sequences[token].cache.head(head, layer: layer)
    let query = scratch.query.base
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
      vector.spanLargest.base + slot, vector.spanTotals.base + slot, scratch.scores.base)
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

/// The activations of one token of each sequence of a batch, one after the other, allocated once.
final class VectorScratch {
  /// What one thread writes alone.
  struct PerThread {
    let normed: FloatBuffer
    let prepared: FloatBuffer
    let query: FloatBuffer
    let scores: FloatBuffer
  }

  /// Positions that one task of attention takes: fixed, so that the result does not depend on the number of threads.
  static let span = 128

  /// Floats per token of `spanSums`, of `spanLargest` and `spanTotals`, and of `PerThread.normed`.
  let spanSumStride: Int
  let spanStride: Int
  let normedStride: Int

  let hidden: FloatBuffer
  let query: FloatBuffer
  let key: FloatBuffer
  let value: FloatBuffer
  let gate: FloatBuffer
  let up: FloatBuffer
  let logits: FloatBuffer
  let cosine: FloatBuffer
  let sine: FloatBuffer
  /// Of each span of positions and query head: the sum of values, the largest score and the total weight.
  let spanSums: FloatBuffer
  let spanLargest: FloatBuffer
  let spanTotals: FloatBuffer
  let perThread: [PerThread]

  init(_ config: ModelConfig, contextLength: Int, threads: Int, batch: Int) {
    let queries = config.attentionHeadCount * config.headDimension
    let keys = config.keyValueHeadCount * config.headDimension
    let spans = (contextLength + Self.span - 1) / Self.span
    hidden = FloatBuffer(batch * config.hiddenSize)
    query = FloatBuffer(batch * queries)
    key = FloatBuffer(batch * keys)
    value = FloatBuffer(batch * keys)
    gate = FloatBuffer(batch * config.intermediateSize)
    up = FloatBuffer(batch * config.intermediateSize)
    logits = FloatBuffer(batch * config.vocabularySize)
    cosine = FloatBuffer(batch * config.headDimension / 2)
    sine = FloatBuffer(batch * config.headDimension / 2)
    let widest = max(config.hiddenSize, queries, config.intermediateSize)
    let group = config.attentionHeadCount / config.keyValueHeadCount
    spanSumStride = spans * queries
    spanStride = spans * config.attentionHeadCount
    normedStride = widest
    spanSums = FloatBuffer(batch * spanSumStride)
    spanLargest = FloatBuffer(batch * spanStride)
    spanTotals = FloatBuffer(batch * spanStride)
    let (normed, prepared) = (batch * normedStride, batch * Int(rk_prepared_count(Int64(widest))))
    perThread = (0..<threads).map { _ in
      PerThread(
        normed: FloatBuffer(normed), prepared: FloatBuffer(prepared),
        query: FloatBuffer(group * config.headDimension + config.headDimension),
        scores: FloatBuffer(group * (Self.span + Int(RK_KEY_BLOCK))))
    }
  }
}
