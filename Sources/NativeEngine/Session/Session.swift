import CKernels
import Checkpoint
import Platform

/// One model with one sequence: tokens go in by `prefill` and `decode`, logits come out.
///
/// Not thread-safe: one caller at a time. Inside, the work is shared by a team of threads.
public final class Session {
  /// How a session is set up.
  public struct Options: Sendable {
    /// Threads that compute; nil takes one a physical core.
    public var threads: Int?
    /// The most tokens that the cache holds; nil takes the model's own limit.
    public var contextLength: Int?
    public var cachePrecision: CachePrecision
    /// The instruction set by name; nil takes the fastest.
    public var instructionSet: String?

    public init(
      threads: Int? = nil, contextLength: Int? = nil, cachePrecision: CachePrecision = .float32,
      instructionSet: String? = nil
    ) {
      self.threads = threads
      self.contextLength = contextLength
      self.cachePrecision = cachePrecision
      self.instructionSet = instructionSet
    }
  }

  let model: Llama
  let kernels: Kernels
  let team: ThreadTeam
  let cache: KeyValueCache
  let vector: VectorScratch
  let panels: PanelScratch

  /// The tokens that the cache holds.
  public private(set) var tokens: [Int32] = []

  public var config: ModelConfig { model.config }
  public var threadCount: Int { team.size }
  public var instructionSet: InstructionSet { kernels.instructionSet }
  /// The most tokens that fit.
  public let contextLength: Int
  /// Bytes of keys and values a token.
  public var cacheBytesPerToken: Int { cache.bytesPerToken }
  /// Bytes of weights that decoding one token reads.
  public var weightBytesPerToken: Int { model.bytesPerToken }

  /// Maps the weights, checks them, and allocates all that the token loop needs.
  ///
  /// - Throws: `CheckpointError` or `EngineError`.
  public init(_ folder: ModelFolder, options: Options = Options()) throws {
    kernels = try Kernels(named: options.instructionSet)
    model = try Llama(folder, kernels: kernels)
    let config = model.config
    contextLength = min(options.contextLength ?? config.maxPositionEmbeddings, config.maxPositionEmbeddings)
    team = ThreadTeam(size: options.threads ?? Machine.physicalCoreCount)
    cache = KeyValueCache(
      layerCount: config.layerCount, headCount: config.keyValueHeadCount, headDimension: config.headDimension,
      positions: contextLength, precision: options.cachePrecision)
    vector = VectorScratch(config, contextLength: cache.capacity, lanes: team.size)
    panels = PanelScratch(config, kernels: kernels, lanes: team.size)
  }

  deinit { team.close() }

  /// Forgets all tokens from `count` on.
  public func rewind(to count: Int) {
    tokens.removeSubrange(min(count, tokens.count)...)
  }

  /// Keeps the longest common prefix of the cached tokens and `wanted`, but for the last token of `wanted`, whose logits
  /// the caller will ask for; returns how many tokens stay.
  public func reusePrefix(of wanted: [Int32]) -> Int {
    let common = zip(tokens, wanted.dropLast()).prefix { $0 == $1 }.count
    rewind(to: common)
    return common
  }

  /// Processes one token and returns the logits of the next.
  ///
  /// - Throws: `EngineError` where the context is full or the id is outside the vocabulary.
  public func decode(_ token: Int32) throws -> Logits {
    try check([token])
    run(token: token, at: tokens.count)
    tokens.append(token)
    return logits
  }

  /// Processes tokens, many at a time, and returns the logits after the last.
  ///
  /// - Throws: `EngineError` where there are none, they do not fit, or an id is outside the vocabulary.
  public func prefill(_ added: some Collection<Int32>) throws -> Logits {
    let added = Array(added)
    try check(added)
    // The product with a panel costs the same for one token as for a whole vector of them.
    guard added.count > 1 else { return try decode(added[0]) }
    runPanels(added) { _, _ in }
    projectLast(added.count)
    return logits
  }

  /// Processes tokens and hands out the logits after each, a panel at a time: `body` gets the index of the panel's first
  /// token, its number of tokens, and the logits as [vocabulary][panel].
  func prefillWithLogits(
    _ added: [Int32], _ body: (_ first: Int, _ count: Int, _ logits: UnsafePointer<Float>) -> Void
  ) throws {
    try check(added)
    let logits = panels.logits
    runPanels(added) { first, count in
      for panel in 0..<(count + kernels.panel - 1) / kernels.panel {
        let tokens = min(kernels.panel, count - panel * kernels.panel)
        projectPanel(panel, tokens: tokens, into: logits)
        body(first + panel * kernels.panel, tokens, logits.base)
      }
    }
  }

  /// The logits of the last processed token.
  var logits: Logits { Logits(vector.logits, count: config.vocabularySize) }

  func check(_ added: [Int32]) throws {
    guard !added.isEmpty else { throw EngineError.noTokens }
    let needed = tokens.count + added.count
    guard needed <= contextLength else { throw EngineError.contextExceeded(needed: needed, capacity: contextLength) }
    if let wrong = added.first(where: { $0 < 0 || Int($0) >= config.vocabularySize }) {
      throw EngineError.tokenOutOfRange(Int(wrong), vocabularySize: config.vocabularySize)
    }
  }

  /// Runs the layers over `added` in chunks; `chunk` sees each one, first index and count, while its activations stand.
  private func runPanels(_ added: [Int32], _ chunk: (Int, Int) -> Void) {
    var first = 0
    while first < added.count {
      let count = min(panels.tokenCapacity, added.count - first)
      runChunk(added[first..<first + count], at: tokens.count)
      tokens.append(contentsOf: added[first..<first + count])
      chunk(first, count)
      first += count
    }
  }
}
