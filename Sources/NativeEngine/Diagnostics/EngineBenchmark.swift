import Platform

/// Times the engine by itself on tokens that no tokenizer made: the work does not depend on their meaning.
public struct EngineBenchmark: Sendable {
  public var promptTokens: Int
  public var decodeTokens: Int

  /// One repetition.
  public struct Reading: Sendable, Equatable {
    public var prefillTokensPerSecond: Double
    public var decodeTokensPerSecond: Double
  }

  public init(promptTokens: Int, decodeTokens: Int) {
    self.promptTokens = promptTokens
    self.decodeTokens = decodeTokens
  }

  /// Empties the cache, then times one prompt and the tokens decoded after it.
  ///
  /// - Throws: `EngineError` where both do not fit the context.
  public func run(_ session: Session) throws -> Reading {
    session.rewind(to: 0)
    let vocabulary = session.config.vocabularySize
    let prompt = (0..<promptTokens).map { Int32(($0 * 7919 + 13) % vocabulary) }
    let start = Machine.monotonicNanoseconds
    var logits = try session.prefill(prompt)
    let prefilled = Machine.monotonicNanoseconds
    for _ in 0..<decodeTokens { logits = try session.decode(Sampler.likeliest(logits)) }
    let end = Machine.monotonicNanoseconds
    return Reading(
      prefillTokensPerSecond: Double(promptTokens) * 1e9 / Double(prefilled - start),
      decodeTokensPerSecond: Double(decodeTokens) * 1e9 / Double(end - prefilled))
  }
}
