import Platform
import Tokenization

/// A generation that is worked on a slice at a time: first its prompt, then token after token.
///
/// The cache is the session's: once the session is asked for anything else, the generation cannot go on.
public final class SlicedGeneration {
  /// A piece of the prompt or of what follows it, never of both, and what it took.
  public struct Slice: Sendable, Equatable {
    public enum Phase: String, Sendable {
      case prefill
      case decode
    }

    public var phase: Phase
    /// Tokens that went through the model, of each sequence.
    public var processed = 0
    /// The tokens that came, of the first sequence; the prompt's end brings one.
    public var tokens: [TokenID] = []
    /// Nanoseconds from the start of the slice to each token that came, when every sequence had it.
    public var tokenNanoseconds: [Int64] = []
    /// Wall-clock nanoseconds of the whole slice.
    public var nanoseconds: Int64 = 0
    /// What this process used of the processors meanwhile.
    public var processorUse = ProcessorUse(nanoseconds: 0, involuntarySwitches: 0)
  }

  /// Prompt tokens that were in the cache already.
  public let cachedTokens: Int
  /// Why it ended; nil while it goes on.
  public private(set) var finish: Generation.Finish?

  private let model: LanguageModel
  private let maximumTokens: Int
  private let stopsAtEnd: Bool
  private let maximumSeconds: Double?
  /// By sequence.
  private var samplers: [Sampler]
  /// What is left of the prompt.
  private var rest: ArraySlice<TokenID>
  /// Whether a part of the prompt was processed before the rest.
  private var isCut = false
  /// By sequence; empty until the prompt is processed.
  private var newest: [TokenID] = []
  private var tokenCount = 0
  private var nanoseconds: Int64 = 0

  /// Empties the cache, or keeps the prompt's prefix in it; the model computes nothing yet.
  ///
  /// - Parameters:
  ///   - stopsAtEnd: Whether an end-of-sequence token ends the generation; that token is not part of the result.
  ///   - reusesPrefix: Whether the common prefix with the previous prompt stays in the cache.
  ///   - maximumSeconds: How much time in slices may have passed when another token is begun; nil sets no limit.
  ///   - sequences: How many are generated at once, each from the prompt; the second samples with the next seed, and so
  ///     on.
  /// - Throws: `EngineError` if the prompt is empty or does not fit the context, an id is outside the vocabulary, or the
  ///   session was made for fewer sequences.
  public init(
    of model: LanguageModel, prompt: [TokenID], maximumTokens: Int, sampling: Sampler.Settings = .greedy,
    stopsAtEnd: Bool = false, reusesPrefix: Bool = false, maximumSeconds: Double? = nil, sequences: Int = 1
  ) throws {
    let session = model.session
    guard sequences <= session.sequences.count else {
      throw EngineError.unsupported(
        "\(sequences) sequences at once: the model was loaded for \(session.sequences.count)")
    }
    guard sequences == 1 || !stopsAtEnd && !reusesPrefix else {
      throw EngineError.unsupported("sequences at once have a fixed length and prompts of their own")
    }
    self.model = model
    self.maximumTokens = maximumTokens
    self.stopsAtEnd = stopsAtEnd
    self.maximumSeconds = maximumSeconds
    samplers = (0..<sequences).map { index in
      Sampler(.init(temperature: sampling.temperature, topP: sampling.topP, seed: sampling.seed &+ UInt64(index)))
    }
    cachedTokens = reusesPrefix ? session.reusePrefix(of: prompt) : 0
    rest = prompt[cachedTokens...]
    for index in 0..<sequences {
      session.rewind(to: cachedTokens, sequence: index)
      try session.check(rest, in: session.sequences[index])
    }
  }

  /// Processes the next `count` tokens of the prompt, or decodes as many; fewer if there are not so many left.
  ///
  /// - Parameter onToken: Called with each token as it comes.
  /// - Throws: `EngineError` if the context is full.
  /// - Precondition: It has not ended, and `count` is positive.
  @discardableResult
  public func advance(by count: Int, onToken: (TokenID) -> Void = { _ in }) throws -> Slice {
    precondition(finish == nil && count > 0, "nothing to work on")
    let use = Machine.processorUse
    let start = Machine.monotonicNanoseconds
    var slice = Slice(phase: rest.isEmpty ? .decode : .prefill)
    switch slice.phase {
    case .prefill:
      slice.processed = min(count, rest.count)
      try prefill(slice.processed)
      if rest.isEmpty { take(into: &slice, since: start, onToken) }
    case .decode:
      let wanted = min(count, maximumTokens - tokenCount)
      while slice.processed < wanted, finish == nil {
        for (index, logits) in try model.session.decode(newest).enumerated() {
          newest[index] = samplers[index].next(logits)
        }
        slice.processed += 1
        take(into: &slice, since: start, onToken)
      }
    }
    slice.nanoseconds = Int64(Machine.monotonicNanoseconds - start)
    slice.processorUse = Machine.processorUse - use
    nanoseconds += slice.nanoseconds
    return slice
  }

  private func prefill(_ count: Int) throws {
    let part = rest.prefix(count)
    let isEnd = part.count == rest.count
    for index in samplers.indices {
      guard isEnd else {
        try model.session.prefillPart(part, sequence: index)
        continue
      }
      let logits =
        isCut
        ? try model.session.prefillEnd(part, sequence: index) : try model.session.prefill(part, sequence: index)
      newest.append(samplers[index].next(logits))
    }
    rest = rest.dropFirst(count)
    isCut = true
  }

  /// Takes the newest token into the slice, and decides whether it was the last.
  private func take(into slice: inout Slice, since start: UInt64, _ onToken: (TokenID) -> Void) {
    if stopsAtEnd, model.isEnd(newest[0]) {
      finish = .stop
      return
    }
    slice.tokens.append(newest[0])
    slice.tokenNanoseconds.append(Int64(Machine.monotonicNanoseconds - start))
    onToken(newest[0])
    tokenCount += 1
    if tokenCount >= maximumTokens {
      finish = .length
    } else if let maximumSeconds {
      let passed = nanoseconds + Int64(Machine.monotonicNanoseconds - start)
      if Double(passed) * 1e-9 >= maximumSeconds { finish = .time }
    }
  }
}
