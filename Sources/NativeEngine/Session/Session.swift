import CKernels
import Checkpoint
import Platform

/// One model with one sequence or a few: tokens go in by `prefill` and `decode`, logits come out.
///
/// Not thread-safe: one caller at a time. A team of threads shares the work inside.
public final class Session {
  /// How a session is set up.
  public struct Options: Sendable {
    /// Threads that compute; nil takes one per physical core.
    public var threads: Int?
    /// The most tokens that the cache holds; nil takes the model's limit.
    public var contextLength: Int?
    public var cachePrecision: CachePrecision
    /// How activations are rounded.
    public var activationPrecision: ActivationPrecision
    /// Sequences that can be decoded together, each with its own cache.
    public var sequences: Int
    /// How many of its last tokens a sequence can at least forget without starting anew, if layers have windows.
    public var rewindableTokens: Int
    /// The instruction set by name; nil takes the fastest.
    public var instructionSet: String?

    public init(
      threads: Int? = nil, contextLength: Int? = nil, cachePrecision: CachePrecision = .float32,
      activationPrecision: ActivationPrecision = .matched, sequences: Int = 1, rewindableTokens: Int = 1024,
      instructionSet: String? = nil
    ) {
      self.threads = threads
      self.contextLength = contextLength
      self.cachePrecision = cachePrecision
      self.activationPrecision = activationPrecision
      self.sequences = sequences
      self.rewindableTokens = rewindableTokens
      self.instructionSet = instructionSet
    }

    /// Positions that layers with windows keep beyond them.
    func slack(_ decoder: Decoder, kernels: Kernels, contextLength: Int) -> Int {
      PanelScratch.tokenCapacity(decoder, kernels: kernels) + min(max(rewindableTokens, 0), contextLength)
    }
  }

  let decoder: Decoder
  let kernels: Kernels
  let team: ThreadTeam
  let sequences: [CachedSequence]
  let vector: VectorScratch
  let panels: PanelScratch
  /// Made for the first batch that is scored, as few sessions score one.
  private(set) lazy var pieceScratch = PieceScratch(
    decoder, kernels: kernels, threads: team.size, tokens: panels.tokenCapacity, cache: sequences[0].cache
  )
  /// The products with decoded tokens.
  let product: rk_vector_product
  /// How activations are rounded: `.matched` only if that makes a difference to these weights on this machine.
  public let activationPrecision: ActivationPrecision
  /// How the tokens that run through the layers now are rounded.
  private(set) var panelPrecision: ActivationPrecision

  /// The tokens that the cache of the first sequence holds.
  public var tokens: [Int32] { sequences[0].tokens }

  public var config: ModelConfig { decoder.config }
  public var threadCount: Int { team.size }
  public var instructionSet: InstructionSet { kernels.instructionSet }
  /// The most tokens that fit.
  public let contextLength: Int
  /// Bytes of keys and values that a token takes in all layers, until a window is full.
  public var cacheBytesPerToken: Int { sequences[0].cache.layout.bytesPerToken }
  /// Bytes of weights that decoding one token reads.
  public var weightBytesPerToken: Int { decoder.bytesPerToken }
  /// Bytes of everything else that the session allocated: what the tokens under way need.
  var scratchByteCount: Int { vector.byteCount + panels.byteCount }
  /// Bytes that recurrent layers remember of a sequence, however long it is.
  public var recurrentBytes: Int { sequences[0].recurrent?.byteCount ?? 0 }

  /// Checks the weights and allocates all that the token loop needs.
  ///
  /// If the folder's weights are copies in memory, rows are moved in them where the kernels multiply them faster so; the
  /// folder's tensors show them there, and its hashes stay.
  ///
  /// - Throws: `CheckpointError` or `EngineError`; `.unsupported` for copies that another session moved.
  public convenience init(_ folder: ModelFolder, options: Options = Options()) throws {
    let kernels = try Kernels(named: options.instructionSet)
    guard !folder.weightFiles.contains(where: \.isMoved) else {
      throw EngineError.unsupported(
        "the weights of \(folder.url.path) stand as another session needs them; open the folder anew")
    }
    let decoder = try Families.decoder(of: folder, kernels: kernels)
    if options.activationPrecision != .float32 { try decoder.interleave(for: kernels) }
    self.init(decoder, kernels: kernels, options: options)
  }

  /// Allocates all that the token loop needs.
  init(_ decoder: Decoder, kernels: Kernels, options: Options) {
    self.kernels = kernels
    self.decoder = decoder
    let config = decoder.config
    contextLength = min(options.contextLength ?? config.maxPositionEmbeddings, config.maxPositionEmbeddings)
    team = ThreadTeam(size: options.threads ?? Machine.physicalCoreCount)
    let (positions, precision) = (contextLength, options.cachePrecision)
    let slack = options.slack(decoder, kernels: kernels, contextLength: contextLength)
    sequences = (0..<max(1, options.sequences)).map { _ in
      CachedSequence(decoder, positions: positions, slack: slack, precision: precision)
    }
    let isMatched = options.activationPrecision == .matched && decoder.hasBFloat16Products(kernels)
    activationPrecision = isMatched ? .matched : options.activationPrecision.forScoring
    panelPrecision = activationPrecision.forScoring
    product = kernels.product(activationPrecision)
    vector = VectorScratch(
      decoder, contextLength: sequences[0].cache.layout.capacity, threads: team.size, batch: sequences.count)
    panels = PanelScratch(decoder, kernels: kernels, threads: team.size, layout: sequences[0].cache.layout)
  }

  deinit { team.close() }

  /// Forgets all tokens of a sequence from `count` on; of a model with recurrent states or windows perhaps more, as
  /// `CachedSequence` says.
  public func rewind(to count: Int, sequence: Int = 0) {
    sequences[sequence].rewind(to: count)
  }

  /// Keeps the longest common prefix of the first sequence's tokens and `wanted` that it can be rewound to, and returns its
  /// length.
  ///
  /// The last token of `wanted` is never kept, so that the caller can ask for its logits.
  public func reusePrefix(of wanted: [Int32]) -> Int {
    let common = zip(tokens, wanted.dropLast()).prefix { $0 == $1 }.count
    rewind(to: common)
    return sequences[0].end
  }

  /// Processes one token of the first sequence and returns the logits of the next.
  ///
  /// - Throws: `EngineError` if the context is full or the id is outside the vocabulary.
  public func decode(_ token: Int32) throws -> Logits {
    try advance(CollectionOfOne(token))
    return logits(of: 0)
  }

  /// Processes one token of each of the first sequences in one pass over the weights; returns the logits of the next.
  ///
  /// The logits of each sequence are the same to the last bit as if it were decoded alone.
  ///
  /// - Throws: `EngineError` if there are no tokens or more than sequences, a context is full, or an id is outside the
  ///   vocabulary; no sequence is changed then.
  public func decode(_ batch: [Int32]) throws -> [Logits] {
    guard !batch.isEmpty else { throw EngineError.noTokens }
    guard batch.count <= sequences.count else {
      throw EngineError.unsupported(
        "a batch of \(batch.count) tokens needs as many sequences; this session was made for \(sequences.count)")
    }
    try advance(batch)
    return batch.indices.map(logits)
  }

  /// Processes one token of each of the first sequences, after all of them are checked.
  private func advance(_ batch: some RandomAccessCollection<Int32>) throws {
    for (token, sequence) in zip(batch, sequences) { try check(CollectionOfOne(token), in: sequence) }
    run(batch)
    for (token, sequence) in zip(batch, sequences) { sequence.append(CollectionOfOne(token)) }
  }

  /// Processes tokens of a sequence, many at a time, and returns the logits after the last.
  ///
  /// - Throws: `EngineError` if there are none, they do not fit, or an id is outside the vocabulary.
  public func prefill(_ added: some Collection<Int32>, sequence index: Int = 0) throws -> Logits {
    // The product with a panel costs the same for one token as for a whole vector of them.
    if added.count == 1, index == 0, let token = added.first {
      let logits = try decode(token)
      sequences[index].keep()
      return logits
    }
    return try prefillEnd(added, sequence: index)
  }

  /// Processes part of a prompt that goes on; no logits are computed.
  ///
  /// However a prompt is cut into such parts and its end, cache and logits are the same to the last bit.
  ///
  /// - Throws: `EngineError` as `prefill`.
  func prefillPart(_ part: some Collection<Int32>, sequence index: Int) throws {
    try runPrompt(Array(part), in: sequences[index], wanted: .none)
  }

  /// Processes the end of a prompt, in panels even if it is a single token, and returns the logits after it.
  ///
  /// - Throws: `EngineError` as `prefill`.
  func prefillEnd(_ end: some Collection<Int32>, sequence index: Int) throws -> Logits {
    let end = Array(end)
    try runPrompt(end, in: sequences[index], wanted: .last)
    sequences[index].keep()
    projectLast(end.count)
    return logits(of: 0)
  }

  /// Runs tokens that are not scored through the layers, rounded as coarsely as the session allows.
  private func runPrompt(_ added: [Int32], in sequence: CachedSequence, wanted: Wanted) throws {
    try check(added, in: sequence)
    panelPrecision = activationPrecision
    defer { panelPrecision = activationPrecision.forScoring }
    sequence.isCoarse = sequence.isCoarse || panelPrecision != activationPrecision.forScoring
    runPanels(added, in: sequence, wanted: wanted) { _, _ in }
  }

  /// Processes tokens of the first sequence and passes the logits after each to `body`, a panel at a time: the index of
  /// the panel's first token, its number of tokens, and the logits as [vocabulary][panel].
  func prefillWithLogits(
    _ added: [Int32], _ body: (_ first: Int, _ count: Int, _ logits: UnsafePointer<Float>) -> Void
  ) throws {
    try check(added, in: sequences[0])
    let logits = panels.logits
    runPanels(added, in: sequences[0], wanted: .all) { first, count in
      for panel in 0..<(count + kernels.panel - 1) / kernels.panel {
        let tokens = min(kernels.panel, count - panel * kernels.panel)
        projectPanel(panel, tokens: tokens, into: logits)
        body(first + panel * kernels.panel, tokens, logits.base)
      }
    }
  }

  /// The logits of the token of the batch at `index` most recently processed.
  private func logits(of index: Int) -> Logits {
    Logits(vector.logits, offset: index * config.vocabularySize, count: config.vocabularySize)
  }

  func check(_ added: some Collection<Int32>, in sequence: CachedSequence) throws {
    guard !added.isEmpty else { throw EngineError.noTokens }
    let needed = sequence.end + added.count
    guard needed <= contextLength else { throw EngineError.contextExceeded(needed: needed, capacity: contextLength) }
    if let wrong = added.first(where: { $0 < 0 || Int($0) >= config.vocabularySize }) {
      throw EngineError.tokenOutOfRange(Int(wrong), vocabularySize: config.vocabularySize)
    }
  }

  /// Runs the layers over `added` in chunks; `chunk` gets first index and count of each while its activations are valid.
  func runPanels(
    _ added: [Int32], in sequence: CachedSequence, wanted: Wanted, _ chunk: (Int, Int) -> Void
  ) {
    var first = 0
    while first < added.count {
      let count = min(panels.tokenCapacity, added.count - first)
      let isLast = first + count == added.count
      runChunk(added[first..<first + count], in: sequence, wanted: wanted == .last && !isLast ? .none : wanted)
      sequence.append(added[first..<first + count])
      chunk(first, count)
      first += count
    }
  }
}

/// The logits of the next token, by id.
///
/// They are a view of the session's memory, which its next call overwrites: copy what must outlast it.
public struct Logits: RandomAccessCollection {
  private let storage: FloatBuffer
  private let offset: Int
  public let endIndex: Int

  init(_ storage: FloatBuffer, offset: Int = 0, count: Int) {
    self.storage = storage
    self.offset = offset
    endIndex = count
  }

  public var startIndex: Int { 0 }

  public subscript(id: Int) -> Float {
    precondition(id >= 0 && id < endIndex, "no such token id")
    return storage.base[offset + id]
  }

  /// Calls `body` with the values in one piece.
  public func withContiguousStorageIfAvailable<Result>(
    _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) rethrows -> Result? {
    try withUnsafeBufferPointer(body)
  }

  /// Calls `body` with the values in one piece.
  public func withUnsafeBufferPointer<Result>(_ body: (UnsafeBufferPointer<Float>) throws -> Result) rethrows -> Result
  {
    try withExtendedLifetime(storage) { try body(UnsafeBufferPointer(start: storage.base + offset, count: endIndex)) }
  }
}
