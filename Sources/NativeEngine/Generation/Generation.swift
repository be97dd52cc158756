import Platform
import Tokenization

/// What a generation gave, with the time of each token.
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
  /// Processes a prompt and decodes.
  ///
  /// - Parameters:
  ///   - stopsAtEnd: Whether an end-of-sequence token ends the generation; it is not part of the result then.
  ///   - reusesPrefix: Whether the common prefix with the previous prompt stays in the cache.
  ///   - maximumSeconds: How long after the start another token may be begun; nil sets no limit.
  ///   - onToken: Called with each token as it comes.
  /// - Throws: `EngineError`.
  public func generate(
    prompt: [TokenID], maximumTokens: Int, sampling: Sampler.Settings = .greedy, stopsAtEnd: Bool = true,
    reusesPrefix: Bool = false, maximumSeconds: Double? = nil, onToken: (TokenID) -> Void = { _ in }
  ) throws -> Generation {
    let start = Machine.monotonicNanoseconds
    if !reusesPrefix { session.rewind(to: 0) }
    let cached = reusesPrefix ? session.reusePrefix(of: prompt) : 0
    var sampler = Sampler(sampling)
    var generation = Generation(
      tokens: [], promptTokens: prompt.count, cachedTokens: cached, tokenNanoseconds: [], finish: .length)
    var logits = try session.prefill(prompt[cached...])
    while true {
      let token = sampler.next(logits)
      if stopsAtEnd, isEnd(token) {
        generation.finish = .stop
        return generation
      }
      generation.tokens.append(token)
      generation.tokenNanoseconds.append(Int64(Machine.monotonicNanoseconds - start))
      onToken(token)
      if generation.tokens.count >= maximumTokens { return generation }
      if let maximumSeconds, Double(Machine.monotonicNanoseconds - start) * 1e-9 >= maximumSeconds {
        generation.finish = .time
        return generation
      }
      logits = try session.decode(token)
    }
  }
}
