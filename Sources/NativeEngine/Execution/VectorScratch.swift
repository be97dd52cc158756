import CKernels
import Checkpoint

/// What decoding one token of each sequence of a batch needs, allocated once.
final class VectorScratch {
  /// What one thread writes alone.
  struct PerThread {
    let normed: FloatBuffer
    let prepared: FloatBuffer
    let query: FloatBuffer
    let scores: FloatBuffer
    let state: FloatBuffer
    let choices: FixedBuffer<ExpertChoice>
  }

  /// The angles of one rotary embedding, [token][half].
  struct Angles {
    let half: Int
    let cosine: FloatBuffer
    let sine: FloatBuffer
  }

  /// Positions that one task of attention takes: fixed, so that the result does not depend on the number of threads.
  static let span = 128

  let registers: RegisterFile
  let logits: FloatBuffer
  let angles: [Angles]
  /// Floats per token of `spanSums`, and of `spanLargest` and `spanTotals`.
  let spanSumStride: Int
  let spanStride: Int
  /// Of each span of positions and query head: the sum of values, the largest score and the total weight.
  let spanSums: FloatBuffer
  let spanLargest: FloatBuffer
  let spanTotals: FloatBuffer
  let perThread: [PerThread]

  var byteCount: Int {
    let shared = [logits, spanSums, spanLargest, spanTotals] + angles.flatMap { [$0.cosine, $0.sine] }
    let own = perThread.flatMap { [$0.normed, $0.prepared, $0.query, $0.scores, $0.state] }
    return (shared + own).reduce(registers.byteCount) { $0 + $1.byteCount }
  }

  init(_ decoder: Decoder, contextLength: Int, threads: Int, batch: Int) {
    let attentions = decoder.attentions.compactMap { $0 }
    let latents = decoder.latentAttentions.compactMap { $0 }
    let spans = (contextLength + Self.span - 1) / Self.span
    registers = RegisterFile(decoder, tokens: batch, width: 1, holdsExperts: true)
    logits = FloatBuffer(batch * decoder.config.vocabularySize)
    angles = decoder.rotaries.map {
      Angles(half: $0.half, cosine: FloatBuffer(batch * $0.half), sine: FloatBuffer(batch * $0.half))
    }
    spanSumStride = spans * ((attentions.map(\.width) + latents.map { $0.heads * $0.dimension }).max() ?? 0)
    spanStride = spans * ((attentions.map(\.heads) + latents.map(\.heads)).max() ?? 0)
    spanSums = FloatBuffer(batch * spanSumStride)
    spanLargest = FloatBuffer(batch * spanStride)
    spanTotals = FloatBuffer(batch * spanStride)
    let widest = decoder.widestInput
    let prepared = batch * Int(rk_prepared_count(Int64(widest)))
    let group = (attentions.map(\.group) + latents.map { _ in LatentAttention.headsPerSpan }).max() ?? 0
    let query = attentions.map { ($0.group + 2) * $0.dimension }.max() ?? 0
    let state = decoder.recurrentMixers.compactMap { $0?.scratchCount }.max() ?? 0
    let picked = decoder.mixtures.map(\.routing.picked).max() ?? 0
    perThread = (0..<threads).map { _ in
      PerThread(
        normed: FloatBuffer(batch * widest), prepared: FloatBuffer(prepared), query: FloatBuffer(query),
        scores: FloatBuffer(group * (Self.span + Int(RK_KEY_BLOCK))), state: FloatBuffer(state),
        choices: FixedBuffer(batch * picked, repeating: .none))
    }
  }
}
