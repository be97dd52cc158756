import Checkpoint
import Platform

/// What a session allocates beside a model's weights, from the configuration alone.
public struct SessionMemory {
  private let decoder: Decoder
  private let kernels: Kernels
  private let options: Session.Options
  /// Of a context of one span, without what a chunk copies of windows.
  private let leastScratch: Int
  /// That every further span adds: the sums that attention keeps of it.
  private let scratchPerSpan: Int

  /// - Parameter options: The context length is each question's own.
  /// - Throws: `EngineError` for a family that the engine does not run, or `CheckpointError` for a size that is missing or
  ///   impossible.
  public init(_ config: ModelConfig, options: Session.Options = .init()) throws {
    decoder = try Families.family(of: config).decoder(WeightSource(PlannedTensors(config)))
    kernels = try Kernels(named: options.instructionSet)
    self.options = options
    let threads = options.threads ?? Machine.physicalCoreCount
    let vectors = [1, 2].map { [decoder] spans in
      VectorScratch(
        decoder, contextLength: spans * VectorScratch.span, threads: threads, batch: max(1, options.sequences)
      ).byteCount
    }
    // A context this short is kept whole by every window, so that nothing is copied; a buffer of nothing is one byte.
    let short = CacheLayout(decoder, positions: 1, slack: 0, precision: options.cachePrecision)
    let panels = PanelScratch(decoder, kernels: kernels, threads: threads, layout: short)
    leastScratch = vectors[0] + panels.byteCount - 1
    scratchPerSpan = vectors[1] - vectors[0]
  }

  /// Bytes of keys and values of all sequences.
  ///
  /// - Parameter contextLength: Tokens of each.
  public func cacheByteCount(contextLength: Int) -> Int { layout(contextLength).byteCount * max(1, options.sequences) }

  /// Bytes that a token adds to a sequence until a window is full.
  public var cacheBytesPerToken: Int { layout(1).bytesPerToken }

  /// Bytes of all sequences' recurrent states, with those that are kept to go back to.
  public var recurrentByteCount: Int {
    (RecurrentState(decoder)?.byteCount ?? 0) * (1 + RecurrentState.keptCount) * max(1, options.sequences)
  }

  /// Bytes that the tokens under way need.
  ///
  /// - Parameter contextLength: Tokens of each sequence.
  public func scratchByteCount(contextLength: Int) -> Int {
    let layout = layout(contextLength)
    let spans = (layout.capacity + VectorScratch.span - 1) / VectorScratch.span
    let copies = layout.copySize(tokens: PanelScratch.tokenCapacity(decoder, kernels: kernels))
    return leastScratch + scratchPerSpan * (spans - 1) + max(1, copies.heads * copies.bytesPerHead)
  }

  private func layout(_ contextLength: Int) -> CacheLayout {
    CacheLayout(
      decoder, positions: contextLength, slack: options.slack(decoder, kernels: kernels, contextLength: contextLength),
      precision: options.cachePrecision)
  }
}
