import CKernels
import Checkpoint

/// The activations of one token of each sequence of a batch, one after the other, allocated once.
final class VectorScratch {
  /// What one thread has for itself.
  struct Own {
    let normed: FloatBuffer
    let prepared: FloatBuffer
    let query: FloatBuffer
    let scores: FloatBuffer
  }

  /// Positions that one task of attention takes: fixed, so that the result does not depend on the number of threads.
  static let span = 128

  /// What one token takes of each buffer that is not of the model's own sizes.
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
  let own: [Own]

  init(_ config: ModelConfig, contextLength: Int, lanes: Int, batch: Int) {
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
    own = (0..<lanes).map { _ in
      Own(
        normed: FloatBuffer(normed), prepared: FloatBuffer(prepared),
        query: FloatBuffer(group * config.headDimension + config.headDimension),
        scores: FloatBuffer(group * (Self.span + Int(RK_KEY_BLOCK))))
    }
  }
}
