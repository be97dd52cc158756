import CKernels
import Checkpoint

/// The activations of a chunk of tokens in panels.
final class PanelScratch {
  /// Panels per chunk: enough tokens to pay for expanding the weights once, few enough to stay in the second-level
  /// cache.
  static let panelLimit = 4

  /// What one thread writes alone.
  struct PerThread {
    let tile: FloatBuffer
    let attention: FloatBuffer
  }

  /// Tokens per chunk.
  let tokenCapacity: Int
  let hidden: FloatBuffer
  let normed: FloatBuffer
  let query: FloatBuffer
  let key: FloatBuffer
  let value: FloatBuffer
  let gate: FloatBuffer
  let up: FloatBuffer
  /// Inputs arranged for the product with the next weights.
  let prepared: FloatBuffer
  let cosine: FloatBuffer
  let sine: FloatBuffer
  let perThread: [PerThread]
  /// Logits of one panel's tokens, [vocabulary][panel]; allocated when the first text is scored, as few sessions score.
  lazy var logits = FloatBuffer(logitCount)
  private let logitCount: Int

  init(_ config: ModelConfig, kernels: Kernels, threads: Int) {
    let tokens = Self.panelLimit * kernels.panel
    let queries = config.attentionHeadCount * config.headDimension
    let keys = config.keyValueHeadCount * config.headDimension
    tokenCapacity = tokens
    logitCount = config.vocabularySize * kernels.panel
    hidden = FloatBuffer(config.hiddenSize * tokens)
    normed = FloatBuffer(config.hiddenSize * tokens)
    query = FloatBuffer(queries * tokens)
    key = FloatBuffer(keys * tokens)
    value = FloatBuffer(keys * tokens)
    gate = FloatBuffer(config.intermediateSize * tokens)
    up = FloatBuffer(config.intermediateSize * tokens)
    prepared = FloatBuffer(max(config.hiddenSize, queries, config.intermediateSize) * tokens)
    cosine = FloatBuffer(config.headDimension / 2 * tokens)
    sine = FloatBuffer(config.headDimension / 2 * tokens)
    let group = config.attentionHeadCount / config.keyValueHeadCount
    perThread = (0..<threads).map { _ in
      PerThread(
        tile: FloatBuffer(Int(rk_tile_count())),
        attention: FloatBuffer(Int(rk_attention_scratch_count(Int64(group), Int64(config.headDimension)))))
    }
  }
}
