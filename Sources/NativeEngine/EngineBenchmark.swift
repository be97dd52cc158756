import Platform

/// Times the engine alone, on token ids without a text: the work does not depend on their meaning.
public struct EngineBenchmark: Sendable {
  public var promptTokens: Int
  public var decodeTokens: Int
  /// Sequences that are decoded together.
  public var sequences: Int

  /// One repetition; the rates are those of all sequences together.
  public struct Reading: Sendable, Equatable {
    public var prefillTokensPerSecond: Double
    public var decodeTokensPerSecond: Double
  }

  public init(promptTokens: Int, decodeTokens: Int, sequences: Int = 1) {
    self.promptTokens = promptTokens
    self.decodeTokens = decodeTokens
    self.sequences = sequences
  }

  /// Empties the caches, then times the prompts, one after the other, and the tokens decoded after them.
  ///
  /// - Throws: `EngineError` if prompt and decoded tokens do not fit the context.
  public func run(_ session: Session) throws -> Reading {
    let vocabulary = session.config.vocabularySize
    let prompt = (0..<promptTokens).map { Int32(($0 * 7919 + 13) % vocabulary) }
    for sequence in 0..<sequences { session.rewind(to: 0, sequence: sequence) }
    let start = Machine.monotonicNanoseconds
    var first: Int32 = 0
    for sequence in 0..<sequences { first = Sampler.likeliest(try session.prefill(prompt, sequence: sequence)) }
    let prefilled = Machine.monotonicNanoseconds
    var batch = [Int32](repeating: first, count: sequences)
    for _ in 0..<decodeTokens { batch = try session.decode(batch).map(Sampler.likeliest) }
    let end = Machine.monotonicNanoseconds
    return Reading(
      prefillTokensPerSecond: Double(promptTokens * sequences) * 1e9 / Double(prefilled - start),
      decodeTokensPerSecond: Double(decodeTokens * sequences) * 1e9 / Double(end - prefilled))
  }
}
