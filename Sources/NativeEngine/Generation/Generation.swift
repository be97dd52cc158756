import Platform
import Tokenization

/// The result of a generation, with the time of each token.
public struct Generation: Sendable, Equatable {
  /// Why it ended.
  public enum Finish: String, Sendable {
    case length
    case stop
    /// The limit of seconds was reached.
    case time
  }

  public var tokens: [TokenID]
  public var promptTokens: Int
  /// Prompt tokens that were in the cache already.
  public var cachedTokens: Int
  /// Nanoseconds from the start to each token, ascending.
  public var tokenNanoseconds: [Int64]
  public var finish: Finish
}

extension LanguageModel {
  /// Processes a prompt and decodes tokens after it.
  ///
  /// With several sequences the tokens are those of the first, and the times those at which every sequence had that many.
  ///
  /// - Parameters:
  ///   - stopsAtEnd: Whether an end-of-sequence token ends the generation; that token is not part of the result.
  ///   - reusesPrefix: Whether the common prefix with the previous prompt stays in the cache.
  ///   - maximumSeconds: How long after the start another token may be begun; nil sets no limit.
  ///   - sequences: How many are generated at once, each from the prompt and for the full length.
  ///   - onToken: Called with each token as it comes.
  /// - Throws: `EngineError` if the prompt is empty, the tokens do not fit the context, an id is outside the vocabulary,
  ///   or the session was made for fewer sequences.
  public func generate(
    prompt: [TokenID], maximumTokens: Int, sampling: Sampler.Settings = .greedy, stopsAtEnd: Bool = true,
    reusesPrefix: Bool = false, maximumSeconds: Double? = nil, sequences: Int = 1, onToken: (TokenID) -> Void = { _ in }
  ) throws -> Generation {
    let start = Machine.monotonicNanoseconds
    let slices = try SlicedGeneration(
      of: self, prompt: prompt, maximumTokens: maximumTokens, sampling: sampling, stopsAtEnd: stopsAtEnd,
      reusesPrefix: reusesPrefix, maximumSeconds: maximumSeconds, sequences: sequences)
    var generation = Generation(
      tokens: [], promptTokens: prompt.count, cachedTokens: slices.cachedTokens, tokenNanoseconds: [], finish: .length)
    while true {
      try slices.advance(by: .max) { token in
        generation.tokens.append(token)
        generation.tokenNanoseconds.append(Int64(Machine.monotonicNanoseconds - start))
        onToken(token)
      }
      guard let finish = slices.finish else { continue }
      generation.finish = finish
      return generation
    }
  }
}
