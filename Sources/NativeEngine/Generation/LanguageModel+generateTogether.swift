import Platform
import Tokenization

extension LanguageModel {
  /// Processes the same prompt once for each of several sequences, then decodes them together.
  ///
  /// The times are those at which every sequence had that many tokens; the tokens are those of the first sequence.
  ///
  /// - Parameters:
  ///   - sequences: How many; the session was made for at least as many.
  ///   - sampling: Of the first sequence; each further one has the next seed.
  ///   - maximumSeconds: How long after the start another step may be begun; nil sets no limit.
  /// - Throws: `EngineError`.
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
