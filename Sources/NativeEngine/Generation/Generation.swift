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
  /// - Parameters:
  ///   - stopsAtEnd: Whether an end-of-sequence token ends the generation; that token is not part of the result.
  ///   - reusesPrefix: Whether the common prefix with the previous prompt stays in the cache.
  ///   - maximumSeconds: How long after the start another token may be begun; nil sets no limit.
  ///   - onToken: Called with each token as it comes.
  /// - Throws: `EngineError` if the prompt is empty, the tokens do not fit the context, or an id is outside the
  ///   vocabulary.
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

  /// Processes the same prompt once for each of several sequences, then decodes them together.
  ///
  /// The times are those at which every sequence had that many tokens; the tokens are those of the first sequence.
  ///
  /// - Parameters:
  ///   - sequences: Their number, at most that which the session was made for.
  ///   - sampling: For the first sequence; each further one has the next seed.
  ///   - maximumSeconds: How long after the start another step may be begun; nil sets no limit.
  /// - Throws: `EngineError` as `generate`, or if the session was made for fewer sequences.
  public func generateTogether(
    _ sequences: Int, prompt: [TokenID], maximumTokens: Int, sampling: Sampler.Settings = .greedy,
    maximumSeconds: Double? = nil
  ) throws -> Generation {
    guard sequences <= session.sequences.count else {
      throw EngineError.unsupported(
        "\(sequences) sequences at once: the model was loaded for \(session.sequences.count)")
    }
    let start = Machine.monotonicNanoseconds
    var samplers = (0..<sequences).map { index in
      Sampler(
        .init(temperature: sampling.temperature, topP: sampling.topP, seed: sampling.seed &+ UInt64(index)))
    }
    var tokens: [TokenID] = []
    for index in 0..<sequences {
      session.rewind(to: 0, sequence: index)
      tokens.append(samplers[index].next(try session.prefill(prompt, sequence: index)))
    }
    var generation = Generation(
      tokens: [], promptTokens: prompt.count, cachedTokens: 0, tokenNanoseconds: [], finish: .length)
    while true {
      generation.tokens.append(tokens[0])
      generation.tokenNanoseconds.append(Int64(Machine.monotonicNanoseconds - start))
      if generation.tokens.count >= maximumTokens { return generation }
      if let maximumSeconds, Double(Machine.monotonicNanoseconds - start) * 1e-9 >= maximumSeconds {
        generation.finish = .time
        return generation
      }
      for (index, logits) in try session.decode(tokens).enumerated() { tokens[index] = samplers[index].next(logits) }
    }
  }
}
