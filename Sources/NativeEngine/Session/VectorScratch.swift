import CKernels
import Checkpoint

/// The activations of one token, allocated once.
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

  init(_ config: ModelConfig, contextLength: Int, lanes: Int) {
    let queries = config.attentionHeadCount * config.headDimension
    let keys = config.keyValueHeadCount * config.headDimension
    let spans = (contextLength + Self.span - 1) / Self.span
    hidden = FloatBuffer(config.hiddenSize)
    query = FloatBuffer(queries)
    key = FloatBuffer(keys)
    value = FloatBuffer(keys)
    gate = FloatBuffer(config.intermediateSize)
    up = FloatBuffer(config.intermediateSize)
    logits = FloatBuffer(config.vocabularySize)
    cosine = FloatBuffer(config.headDimension / 2)
    sine = FloatBuffer(config.headDimension / 2)
    spanSums = FloatBuffer(spans * queries)
    spanLargest = FloatBuffer(spans * config.attentionHeadCount)
    spanTotals = FloatBuffer(spans * config.attentionHeadCount)
    let widest = max(config.hiddenSize, queries, config.intermediateSize)
    let group = config.attentionHeadCount / config.keyValueHeadCount
    own = (0..<lanes).map { _ in
      Own(
        normed: FloatBuffer(widest), prepared: FloatBuffer(Int(rk_prepared_count(Int64(widest)))),
        query: FloatBuffer(group * config.headDimension + config.headDimension),
        scores: FloatBuffer(group * (Self.span + Int(RK_KEY_BLOCK))))
    }
  }
}
