import CKernels

/// Latent attention: heads, then spans of positions with some of the heads, then heads again are shared out among the
/// threads.
extension VectorPass {
  func attend(_ attention: LatentAttention, layer: Int) {
    let heads = attention.heads
    thread.forEachTask(heads + batch) { task in
      if task < heads {
        absorb(attention, head: task)
      } else {
        remember(attention, of: task - heads, layer: layer)
      }
    }
    let groups = (heads + LatentAttention.headsPerSpan - 1) / LatentAttention.headsPerSpan
    let counts = (0..<batch).map { spanCount(of: $0) * groups }
    thread.forEachTask(counts.reduce(0, +)) { task in
      var (token, task) = (0, task)
      while task >= counts[token] {
        task -= counts[token]
        token += 1
      }
      let first = task % groups * LatentAttention.headsPerSpan
      attendSpan(
        task / groups, of: token, heads: first..<min(first + LatentAttention.headsPerSpan, heads), attention,
        layer: layer)
    }
    thread.forEachTask(heads) { expand(attention, head: $0) }
  }

  /// Spans that hold the positions that a token sees.
  private func spanCount(of token: Int) -> Int { session.sequences[token].end / VectorScratch.span + 1 }

  /// mixed = queries of a head in the latent space, followed by their rotated features.
  private func absorb(_ attention: LatentAttention, head: Int) {
    let stride = attention.heads * attention.dimension
    let queries = base(.query) + head * attention.queryDimension
    let absorbed = base(.mixed) + head * attention.dimension
    multiply(
      attention.absorption, head: head, of: attention.heads, from: queries,
      stride: attention.heads * attention.queryDimension, into: absorbed, stride: stride)
    for token in 0..<batch {
      turn(
        queries + token * attention.heads * attention.queryDimension + attention.plainDimension,
        into: absorbed + token * stride + attention.rank, of: token, attention)
    }
  }

  /// Appends the row of a token to what its sequence remembers.
  private func remember(_ attention: LatentAttention, of token: Int, layer: Int) {
    let key = base(.key) + token * attention.dimension
    let row = base(.value) + token * attention.dimension
    let norm = attention.latentNorm
    functions.normalize(key, norm.weight, norm.epsilon, Int64(attention.rank), row)
    turn(key + attention.rank, into: row + attention.rank, of: token, attention)
    let sequence = session.sequences[token]
    var cache = sequence.cache.head(0, layer: layer).memory
    functions.append(&cache, Int64(sequence.end), row, row)
  }

  /// Rotates pairs of neighbours, and puts them half of the features apart.
  private func turn(
    _ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, of token: Int,
    _ attention: LatentAttention
  ) {
    let angles = scratch.angles[attention.rotary]
    for pair in 0..<angles.half {
      output[pair] = input[2 * pair]
      output[angles.half + pair] = input[2 * pair + 1]
    }
    let offset = token * angles.half
    functions.rotate(
      output, angles.cosine.base + offset, angles.sine.base + offset, 1, Int64(attention.turnedDimension),
      Int64(attention.turnedDimension))
  }

  private func attendSpan(
    _ span: Int, of token: Int, heads: Range<Int>, _ attention: LatentAttention, layer: Int
  ) {
    let sequence = session.sequences[token]
    var cache = sequence.cache.head(0, layer: layer).memory
    let begin = span * VectorScratch.span
    let place = span * attention.heads + heads.lowerBound
    let slot = token * scratch.spanStride + place
    functions.attend(
      &cache, base(.mixed) + (token * attention.heads + heads.lowerBound) * attention.dimension, Int64(heads.count),
      attention.scale, Int64(begin), Int64(begin), Int64(min(begin + VectorScratch.span, sequence.end + 1)),
      scratch.spanSums.base + token * scratch.spanSumStride + place * attention.dimension,
      scratch.spanLargest.base + slot, scratch.spanTotals.base + slot, own.scores.base)
  }

  /// query = the results of a head, from the sums of latents of all spans.
  private func expand(_ attention: LatentAttention, head: Int) {
    let (heads, dimension) = (attention.heads, attention.dimension)
    let sums = base(.mixed) + head * dimension
    for token in 0..<batch {
      let slot = token * scratch.spanStride + head
      rk_merge_spans(
        Int64(spanCount(of: token)), Int64(heads * dimension), Int64(heads),
        scratch.spanSums.base + token * scratch.spanSumStride + head * dimension, scratch.spanLargest.base + slot,
        scratch.spanTotals.base + slot, nil, Int64(dimension), sums + token * heads * dimension)
    }
    multiply(
      attention.expansion, head: head, of: heads, from: sums, stride: heads * dimension,
      into: base(.query) + head * attention.valueDimension, stride: attention.width)
  }

  /// A product with the matrix of one head, for every token of the batch.
  private func multiply(
    _ linear: Linear, head: Int, of heads: Int, from input: UnsafePointer<Float>, stride inputStride: Int,
    into output: UnsafeMutablePointer<Float>, stride: Int
  ) {
    let matrix = linear.matrix.part(head, of: heads)
    let preparedStride = Int(rk_prepared_count(matrix.columns))
    withUnsafePointer(to: matrix) { weights in
      for token in 0..<batch {
        session.product.prepare(weights, input + token * inputStride, own.prepared.base + token * preparedStride)
      }
    }
    multiply(matrix, tokens: batch, rows: 0..<Int(matrix.rows), into: output, stride: stride, accumulates: false)
  }
}

extension LatentAttention {
  /// Heads that take a span of positions together: as many queries as the kernel has registers for.
  static let headsPerSpan = 4
}
