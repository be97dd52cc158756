import Checkpoint
import Platform

/// Runs layers of a model's shape on random weights, to tell how fast the model would be on this machine before it is there.
///
/// A model that fits `byteLimit` is run whole. Of a larger one the output layer is run by itself, and then with as many
/// layers of each kind as fit; the difference is multiplied with the layers that the model has.
public struct Rehearsal {
  /// What is timed.
  public struct Task: Sendable, Hashable {
    /// Tokens that stand in the cache before.
    public var context: Int
    /// Tokens of a prompt that follow; 0 to decode instead.
    public var promptTokens: Int
    /// Tokens to decode one after the other.
    public var decodeTokens: Int
    /// Sequences that are decoded together.
    public var sequences: Int

    public static func decode(_ tokens: Int = 16, at context: Int, sequences: Int = 1) -> Task {
      Task(context: context, promptTokens: 0, decodeTokens: tokens, sequences: sequences)
    }

    public static func prefill(_ tokens: Int) -> Task {
      Task(context: 0, promptTokens: tokens, decodeTokens: 0, sequences: 1)
    }

    var tokenCount: Int { promptTokens + decodeTokens }

    /// The task with fewer tokens, where a model's context has no room for them.
    func within(_ contextLimit: Int) -> Task {
      var task = self
      task.promptTokens = min(promptTokens, contextLimit)
      task.decodeTokens = min(decodeTokens, contextLimit - task.promptTokens)
      task.context = min(context, contextLimit - task.tokenCount)
      return task
    }
  }

  /// Tokens per second of each sequence, of the whole model: the median, and the slowest and fastest repetition.
  public struct Rate: Sendable, Equatable {
    public let tokensPerSecond: Double
    public let range: ClosedRange<Double>
  }

  private let decoder: Decoder
  private let byteLimit: Int
  private let options: Session.Options
  private let kernels: Kernels

  /// - Parameters:
  ///   - byteLimit: The most bytes of random weights at once.
  ///   - options: The context length is each task's own.
  /// - Throws: `EngineError` for a model that the engine does not run, or whose single layers exceed the limit.
  public init(_ config: ModelConfig, byteLimit: Int, options: Session.Options) throws {
    kernels = try Kernels(named: options.instructionSet)
    decoder = try Families.family(of: config).decoder(WeightSource(PlannedTensors(config)))
    self.byteLimit = byteLimit
    self.options = options
    guard decoder.layerInputs == nil, decoder.sharedLayers.isEmpty else {
      throw EngineError.unsupported("layers that read what others remember cannot be run by themselves")
    }
  }

  /// - Parameter repetitions: Of which the median counts.
  /// - Throws: `EngineError`.
  public func rate(of task: Task, repetitions: Int = 5) throws -> Rate {
    let task = task.within(decoder.config.maxPositionEmbeddings)
    let all = Array(decoder.layers.indices)
    if byteCount(of: all) <= byteLimit {
      return rate(try seconds(all, task, repetitions: repetitions), task)
    }
    let head = try seconds([], task, repetitions: repetitions)
    var total = head
    for kind in decoder.layersByKind {
      let layers = Array(kind.prefix(try layerCount(of: kind)))
      let with = try seconds(layers, task, repetitions: repetitions)
      for place in total.indices {
        total[place] += max(0, with[place] - head[place]) / Double(layers.count) * Double(kind.count)
      }
    }
    return rate(total, task)
  }

  /// How many layers of a kind fit, at most as many as there are.
  private func layerCount(of kind: [Int]) throws -> Int {
    let (one, none) = (byteCount(of: [kind[0]]), byteCount(of: []))
    guard one <= byteLimit else {
      throw EngineError.unsupported(
        "a single layer takes \((one - none) >> 20) MiB, and random weights may take \(byteLimit >> 20) MiB")
    }
    return min(kind.count, max(1, (byteLimit - none) / max(one - none, 1)))
  }

  private func matrices(of layers: [Int]) -> [Linear] {
    [decoder.head] + layers.flatMap { decoder.layers[$0].matrices.map(\.linear) }
  }

  private func byteCount(of layers: [Int]) -> Int {
    RandomWeights.byteCount(of: matrices(of: layers).map(\.matrix))
  }

  private func rate(_ seconds: [Double], _ task: Task) -> Rate {
    let rates = seconds.map { Double(task.tokenCount) / $0 }.sorted()
    return Rate(tokensPerSecond: rates[rates.count / 2], range: rates[0]...rates[rates.count - 1])
  }

  /// The seconds of each repetition, with some of the layers.
  private func seconds(_ layers: [Int], _ task: Task, repetitions: Int) throws -> [Double] {
    let linears = matrices(of: layers)
    let weights = try RandomWeights(byteCount: byteCount(of: layers))
    let planned = linears.map(\.matrix)
    for linear in linears {
      let placed = weights.place(linear.matrix)
      linear.matrix =
        options.activationPrecision != .float32 && placed.prefersBlocks(kernels) ? placed.inBlocks : placed
    }
    // The weights go with the run.
    defer { for (linear, matrix) in zip(linears, planned) { linear.matrix = matrix } }
    var options = options
    options.contextLength = task.context + task.tokenCount + 1
    options.sequences = task.sequences
    let part = decoder.selecting(layers)
    // One row of an embedding is looked up; the output layer's has the same size.
    let session = Session(part.withEmbedding(decoder.head), kernels: kernels, options: options)
    let vocabulary = decoder.config.vocabularySize
    let prompt = (0..<task.promptTokens).map { Int32(($0 * 7919 + 13) % vocabulary) }
    return try (0...repetitions).map { _ in
      session.pretend(tokens: task.context)
      let start = Machine.monotonicNanoseconds
      if !prompt.isEmpty { _ = try session.prefill(prompt) }
      for index in 0..<task.decodeTokens {
        _ = try session.decode((0..<task.sequences).map { Int32((index * 104_729 + $0 * 15_485_863 + 7) % vocabulary) })
      }
      return Double(Machine.monotonicNanoseconds - start) * 1e-9
    }.dropFirst().map(\.self)
  }
}

extension Decoder {
  fileprivate func withEmbedding(_ embedding: Linear) -> Decoder {
    Decoder(
      config: config, embedding: embedding, embeddingScale: embeddingScale, layers: layers, finalNorm: finalNorm,
      head: head, logitCap: logitCap, rotaries: rotaries, isCausal: isCausal, layerInputs: layerInputs)
  }
}

extension Session {
  /// Acts as if each sequence were so many tokens long: the memory of their keys and values is there, with zeros in it.
  fileprivate func pretend(tokens count: Int) {
    for sequence in sequences {
      let isNew = sequence.end == 0
      sequence.rewind(to: 0)
      guard count > 0 else { continue }
      if isNew { sequence.cache.touch() }
      sequence.append(Array(repeating: 0, count: count))
    }
  }
}
