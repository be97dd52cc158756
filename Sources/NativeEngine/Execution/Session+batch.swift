import CKernels
import Checkpoint
import WorkerProtocol

// Many short texts at once: every step but attention treats each token by itself, so tokens of different texts fill the
// panels together.
extension Session {
  /// Log-probabilities of the tokens of continuations after their prompts, in nats: by item, continuation and token.
  ///
  /// A prompt goes through the layers once for all its continuations. What else is in the batch does not change a bit, and
  /// the bits are those of `score(_:after:)` from an empty cache, except where that decodes: a single token after a prompt
  /// of one. The first sequence may lose its tokens.
  ///
  /// - Throws: `EngineError` if a prompt or a continuation is empty, they do not fit the context, or an id is outside the
  ///   vocabulary; nothing is computed then.
  public func score(_ items: [ScoreItem]) throws -> [[[Float]]] {
    for item in items { try check(item) }
    var scores = BatchScores(items)
    let capacity = panels.tokenCapacity
    let short = items.indices.filter { items[$0].packedTokenCount <= capacity }
    for group in PackedChunk.groups(of: short.map { items[$0].packedTokenCount }, capacity: capacity) {
      var chunk = PackedChunk()
      for index in group.map({ short[$0] }) {
        chunk.append(items[index], at: index, continuations: Array(items[index].continuations.indices))
      }
      run(chunk, into: &scores)
    }
    // What was decoded before has keys of other bits, and prompts may have been rounded more coarsely.
    if short.count < items.count { rewind(to: 0) }
    for index in items.indices where items[index].packedTokenCount > capacity {
      try scoreLong(items[index], at: index, into: &scores)
    }
    project(&scores)
    return scores.values
  }

  private func check(_ item: ScoreItem) throws {
    for tokens in [item.prompt] + item.continuations {
      guard !tokens.isEmpty else { throw EngineError.noTokens }
      if let wrong = tokens.first(where: { $0 < 0 || Int($0) >= config.vocabularySize }) {
        throw EngineError.tokenOutOfRange(Int(wrong), vocabularySize: config.vocabularySize)
      }
    }
    let needed = item.prompt.count + (item.continuations.map(\.count).max() ?? 0)
    guard needed <= contextLength else { throw EngineError.contextExceeded(needed: needed, capacity: contextLength) }
  }

  /// Scores an item that exceeds a chunk: its prompt up to the last token goes into the cache of the first sequence, and
  /// continuations are packed after it.
  private func scoreLong(_ item: ScoreItem, at index: Int, into scores: inout BatchScores) throws {
    let room = panels.tokenCapacity - 1
    let fitting = item.continuations.indices.filter { item.continuations[$0].count - 1 <= room }
    let cached = reusePrefix(of: item.prompt)
    runPanels(Array(item.prompt[cached..<item.prompt.count - 1]), in: sequences[0], wanted: .none) { _, _ in }
    for group in PackedChunk.groups(of: fitting.map { item.continuations[$0].count - 1 }, capacity: room) {
      var chunk = PackedChunk()
      chunk.append(
        item, at: index, continuations: group.map { fitting[$0] }, cached: item.prompt.count - 1,
        after: sequences[0])
      run(chunk, into: &scores)
    }
    for continuation in item.continuations.indices where item.continuations[continuation].count - 1 > room {
      scores.values[index][continuation] = try score(item.continuations[continuation], after: item.prompt)
    }
  }

  private func run(_ chunk: PackedChunk, into scores: inout BatchScores) {
    embed(chunk.tokens[...])
    fillAngles(chunk.pieces)
    for piece in chunk.pieces {
      for run in piece.runs { piece.sequence?.store(upTo: run.position + run.count) }
    }
    run(decoder.layers.indices, over: .pieces(chunk.pieces, pieceScratch), tokens: chunk.tokens.count, observe: nil)
    let width = kernels.panel
    let features = config.hiddenSize
    for (column, targets) in chunk.scored {
      let from = panels.registers[.hidden] + column / width * features * width + column % width
      let to = pieceScratch.scored.base + scores.waiting.count
      for feature in 0..<features { to[feature * width] = from[feature * width] }
      scores.waiting.append(targets)
      if scores.waiting.count == width { project(&scores) }
    }
  }

  private func fillAngles(_ pieces: [ChunkPiece]) {
    for part in pieces.flatMap(\.runs).flatMap({ $0.parts(width: kernels.panel) }) {
      fillAngles(column: part.column, position: part.position, count: part.count)
    }
  }

  /// Computes the logits of the waiting columns, and takes the log-probabilities of their targets.
  private func project(_ scores: inout BatchScores) {
    guard !scores.waiting.isEmpty else { return }
    let logits = panels.logits
    project(pieceScratch.scored.base, tokens: scores.waiting.count, into: logits)
    let logProbabilities = PanelLogProbabilities(
      logits.base, vocabularySize: config.vocabularySize, kernels: kernels)
    for (column, targets) in scores.waiting.enumerated() {
      for target in targets {
        scores.values[target.item][target.continuation][target.index] =
          logProbabilities.of(target.token, after: column)
      }
    }
    scores.waiting.removeAll(keepingCapacity: true)
  }
}

/// A batch's log-probabilities as far as they are known.
private struct BatchScores {
  /// By item, continuation and token.
  var values: [[[Float]]]
  /// What the columns that wait for their logits predict, in the order in which they stand in the scratch.
  var waiting: [[PackedChunk.Target]] = []

  init(_ items: [ScoreItem]) {
    values = items.map { $0.continuations.map { [Float](repeating: 0, count: $0.count) } }
  }
}

/// What a session needs in addition to score batches.
final class PieceScratch {
  /// What one thread writes alone.
  struct PerThread {
    /// Keys and values of one head of a piece.
    let cache: FloatBuffer
    /// What a piece's tokens see of one head, where it does not stand in one piece in the sequence's cache.
    let copy: FixedBuffer<UInt8>
    /// Queries of a vector of tokens, in a panel.
    let queries: FloatBuffer
    /// What a part of a recurrent mixer remembers after a piece's prompt, and after one of its continuations.
    let start: FloatBuffer
    let state: FloatBuffer
  }

  let perThread: [PerThread]
  /// Keys and values of a chunk's tokens, in panels, by layer whose keys and values later layers read too.
  let shared: [Int: (keys: FloatBuffer, values: FloatBuffer)]
  /// A panel of activations after the last layer whose logits are needed.
  let scored: FloatBuffer
  private let precision: CachePrecision
  private let positions: Int

  /// - Parameters:
  ///   - tokens: The most that a piece has.
  ///   - cache: Of the sequence that pieces may continue.
  init(_ decoder: Decoder, kernels: Kernels, threads: Int, tokens: Int, cache: KeyValueCache) {
    let attentions = decoder.attentions.compactMap { $0 }
    let span = Int(RK_SPAN)
    let positions = (tokens + span - 1) / span * span
    let latents = decoder.latentAttentions.compactMap { $0 }
    let numbers = (attentions.map { 2 * $0.dimension } + latents.map(\.dimension)).max() ?? 0
    let queries =
      (attentions.map { $0.group * $0.dimension } + latents.map { LatentAttention.headsPerTask * $0.dimension }).max()
      ?? 0
    let state = decoder.recurrentMixers.compactMap { $0?.floatsPerPart }.max() ?? 0
    let copy = cache.layout.copySize(tokens: tokens).bytesPerHead
    precision = cache.layout.precision
    self.positions = positions
    perThread = (0..<threads).map { _ in
      PerThread(
        cache: FloatBuffer(positions * numbers), copy: FixedBuffer(copy),
        queries: FloatBuffer(queries * kernels.panel),
        start: FloatBuffer(state), state: FloatBuffer(state))
    }
    shared = Dictionary(
      uniqueKeysWithValues: decoder.sharedLayers.map { layer in
        let features = decoder.attentions[layer].map { $0.keyValueHeads * $0.dimension } ?? 0
        return (layer, (keys: FloatBuffer(features * tokens), values: FloatBuffer(features * tokens)))
      })
    scored = FloatBuffer(decoder.config.hiddenSize * kernels.panel)
  }

  /// The cache of one head of a piece.
  func cache(of attention: Attention, thread: Int) -> HeadCache {
    let keys = UnsafeMutableRawPointer(perThread[thread].cache.base)
    return HeadCache(
      memory: rk_head_cache(
        storage: precision.storage, head_dimension: Int64(attention.dimension), keys: keys,
        values: keys + positions * attention.dimension * precision.byteWidth),
      capacity: positions)
  }

  /// The rows of a piece.
  func cache(of attention: LatentAttention, thread: Int) -> rk_head_cache {
    rk_head_cache(
      storage: precision.storage, head_dimension: Int64(attention.dimension), keys: nil,
      values: perThread[thread].cache.base)
  }
}
