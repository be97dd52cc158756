import Checkpoint
import Platform

/// What an encoder allocates beside its weights, and what of these a token reads, from the configuration alone.
public struct EncoderMemory {
  /// Its weights.
  let tensors: PlannedTensors
  private let encoder: Encoder
  /// Of a chunk of short texts, and of one text of the most tokens.
  private let (leastScratch, mostScratch): (Int, Int)

  /// Nil for a model that is no encoder.
  ///
  /// - Throws: `EngineError` for what the engine does not compute, or `CheckpointError` for a size that is missing or
  ///   impossible.
  public init?(_ config: ModelConfig, options: Session.Options = .init()) throws {
    let kernels = try Kernels(named: options.instructionSet)
    tensors = PlannedTensors(config)
    guard let encoder = try EncoderFamilies.planned(tensors, kernels: kernels) else { return nil }
    self.encoder = encoder
    let threads = options.threads ?? Machine.physicalCoreCount
    func scratch(_ tokens: Int) -> Int {
      EncoderScratch(encoder, kernels: kernels, threads: threads, tokens: tokens).byteCount
    }
    leastScratch = scratch(EncoderSession.chunkTokens)
    mostScratch = scratch(max(encoder.maximumTokens, EncoderSession.chunkTokens))
  }

  /// Tokens that a text may have.
  public var maximumTokens: Int { encoder.maximumTokens }
  /// Weights that every token is multiplied with.
  public var activeParameterCount: Int { matrices.reduce(0) { $0 + $1.rows * $1.columns } }
  /// Their bytes.
  public var bytesPerToken: Int { matrices.reduce(0) { $0 + $1.byteCount } }

  /// Bytes that the texts under way need, to the rounding of a panel of tokens.
  ///
  /// - Parameter tokens: Of the longest text.
  public func scratchByteCount(tokens: Int) -> Int {
    let chunk = EncoderSession.chunkTokens
    let longest = min(tokens, maximumTokens)
    guard longest > chunk, maximumTokens > chunk else { return leastScratch }
    // A text that is longer than a chunk makes room for two.
    let room = max(longest, min(2 * chunk, maximumTokens))
    return leastScratch + (mostScratch - leastScratch) / (maximumTokens - chunk) * (room - chunk)
  }

  private var matrices: [WeightMatrix] {
    encoder.layers.flatMap { layer in
      let attention = layer.attention
      var linears = [attention.query, attention.output, layer.feedForward.gate, layer.feedForward.down]
      if case .own(let key, let value) = attention.memory { linears += [key, value].compactMap(\.self) }
      return (linears + [layer.feedForward.up].compactMap(\.self)).map(\.matrix)
    }
  }
}
