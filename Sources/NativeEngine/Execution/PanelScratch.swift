import CKernels
import Checkpoint

/// What a chunk of tokens in panels needs, allocated once.
final class PanelScratch {
  /// What one thread writes alone.
  struct PerThread {
    let tile: FloatBuffer
    let attention: FloatBuffer
    let state: FloatBuffer
    /// Inputs of products with the matrix of one head of latent attention.
    let headInputs: FloatBuffer
  }

  /// Tokens per chunk.
  let tokenCapacity: Int
  let registers: RegisterFile
  /// Inputs arranged for the product with the next weights.
  let prepared: FloatBuffer
  /// The angles of each rotary embedding, [panel][half][width].
  let angles: [VectorScratch.Angles]
  /// By token of the chunk.
  let positions: FixedBuffer<Int>
  /// What a chunk's tokens see of each head, where it does not stand in one piece in the cache.
  private let copies: FixedBuffer<UInt8>
  private let copyByteCount: Int
  /// Nil if no layer is a mixture.
  let experts: ExpertScratch?
  let perThread: [PerThread]
  /// Logits of one panel's tokens, [vocabulary][panel]; allocated when the first text is scored, as few sessions score.
  lazy var logits = FloatBuffer(logitCount)
  private let logitCount: Int

  /// Tokens per chunk: enough to pay for expanding the weights once, few enough to stay in the second-level cache. Of a
  /// mixture each expert sees a part of the tokens, so it takes more of them.
  static func tokenCapacity(_ decoder: Decoder, kernels: Kernels) -> Int {
    let tokens = decoder.mixtures.isEmpty ? 192 : 512
    return (tokens + kernels.panel - 1) / kernels.panel * kernels.panel
  }

  /// - Parameter layout: Of any sequence's cache.
  init(_ decoder: Decoder, kernels: Kernels, threads: Int, layout: CacheLayout) {
    let tokens = Self.tokenCapacity(decoder, kernels: kernels)
    tokenCapacity = tokens
    let copySize = layout.copySize(tokens: tokens)
    copies = FixedBuffer(copySize.heads * copySize.bytesPerHead)
    copyByteCount = copySize.bytesPerHead
    logitCount = decoder.config.vocabularySize * kernels.panel
    registers = RegisterFile(decoder, tokens: tokens, width: kernels.panel, holdsExperts: false)
    prepared = FloatBuffer(decoder.widestInput * tokens)
    angles = decoder.rotaries.map {
      VectorScratch.Angles(
        half: $0.half, cosine: FloatBuffer($0.half * tokens), sine: FloatBuffer($0.half * tokens))
    }
    positions = FixedBuffer(tokens)
    experts =
      decoder.mixtures.isEmpty ? nil : ExpertScratch(decoder, kernels: kernels, threads: threads, tokens: tokens)
    let attentions = decoder.attentions.compactMap { $0 }
    let latents = decoder.latentAttentions.compactMap { $0 }
    let shapes =
      attentions.map { ($0.group, $0.dimension) } + latents.map { (LatentAttention.headsPerTask, $0.dimension) }
    let attention = shapes.map { rk_attention_scratch_count(Int64($0.0), Int64($0.1)) }.max() ?? 0
    let headInputs = latents.map { max($0.plainDimension, $0.rank) }.max() ?? 0
    let state = decoder.recurrentMixers.compactMap { $0?.scratchCount }.max() ?? 0
    perThread = (0..<threads).map { _ in
      PerThread(
        tile: FloatBuffer(Int(rk_tile_count())), attention: FloatBuffer(Int(attention)), state: FloatBuffer(state),
        headInputs: FloatBuffer(headInputs * LatentAttention.panelsPerTask * kernels.panel))
    }
  }

  /// Without the logits of a text that is scored, which few sessions do.
  var byteCount: Int {
    let own = perThread.flatMap { [$0.tile, $0.attention, $0.state, $0.headInputs] }
    let shared = [prepared] + angles.flatMap { [$0.cosine, $0.sine] }
    return (shared + own).reduce(registers.byteCount + copies.byteCount + (experts?.byteCount ?? 0)) {
      $0 + $1.byteCount
    }
  }

  /// Where the copy of a head stands.
  func copy(of head: Int) -> UnsafeMutableRawPointer { UnsafeMutableRawPointer(copies.base + head * copyByteCount) }
}
