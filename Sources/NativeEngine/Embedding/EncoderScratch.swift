import CKernels

/// What the passes of an encoder write, for so many tokens at once.
final class EncoderScratch {
  /// What one thread writes alone.
  struct PerThread {
    let tile: FloatBuffer
    let attention: FloatBuffer
    /// Keys and values of one head of a text.
    let cache: FloatBuffer
    /// Queries of a vector of tokens that share a key, in a panel.
    let queries: FloatBuffer
    let positions: Int

    func memory(dimension: Int) -> rk_head_cache {
      rk_head_cache(
        storage: RK_FLOAT32, head_dimension: Int64(dimension), keys: cache.base,
        values: cache.base + positions * dimension)
    }
  }

  /// Tokens that there is room for, a multiple of the panels' width.
  let capacity: Int
  let registers: RegisterFile
  let prepared: FloatBuffer
  /// The angles of each rotary embedding, [panel][half][width].
  let angles: [VectorScratch.Angles]
  let perThread: [PerThread]

  var byteCount: Int {
    let shared = [prepared] + angles.flatMap { [$0.cosine, $0.sine] }
    let own = perThread.flatMap { [$0.tile, $0.attention, $0.cache, $0.queries] }
    return (shared + own).reduce(registers.byteCount) { $0 + $1.byteCount }
  }

  init(_ encoder: Encoder, kernels: Kernels, threads: Int, tokens: Int) {
    let width = kernels.panel
    let capacity = (tokens + width - 1) / width * width
    self.capacity = capacity
    registers = RegisterFile(tokens: capacity, width: width, features: encoder.features)
    prepared = FloatBuffer(encoder.widestInput * capacity)
    angles = encoder.rotaries.map {
      VectorScratch.Angles(
        half: $0.half, cosine: FloatBuffer($0.half * capacity), sine: FloatBuffer($0.half * capacity))
    }
    let span = Int(RK_SPAN)
    let positions = (capacity + span - 1) / span * span
    let attentions = encoder.layers.map(\.attention)
    let dimension = attentions.map(\.dimension).max() ?? 0
    let group = attentions.map(\.group).max() ?? 1
    let scratch = Int(rk_attention_scratch_count(Int64(group), Int64(dimension)))
    perThread = (0..<threads).map { _ in
      PerThread(
        tile: FloatBuffer(Int(rk_tile_count())), attention: FloatBuffer(scratch),
        cache: FloatBuffer(2 * positions * dimension), queries: FloatBuffer(group * dimension * width),
        positions: positions)
    }
  }
}
