/// What one model makes of each scored token of a text.
public struct TextReading: Sendable, Equatable {
  /// Natural logarithms of the probabilities of the right tokens.
  public var logProbabilities: [Float] = []
  /// Kullback-Leibler divergences from the reference's distributions to this model's, in nats; empty without a
  /// reference.
  public var divergences: [Double] = []
  /// Whether the likeliest token is the reference's; empty without a reference.
  public var agreements: [Bool] = []
}

extension TextReading {
  /// Reads a text with a session and compares it with a reference where there is one.
  ///
  /// - Parameters:
  ///   - reference: The reference's distributions for the same tokens and windows.
  ///   - progress: Called after each window with the share that is done.
  /// - Throws: `EngineError` where a window does not fit the context, `ReferenceError` where the reference is of
  ///   another text, `CancellationError`.
  public init(
    of tokens: [Int32], by session: Session, windows: TextWindows = .standard,
    reference: ReferenceDistributions? = nil, progress: (Double) -> Void = { _ in }
  ) throws {
    let plan = windows.windows(of: tokens.count)
    if let reference, reference.tokens.count != plan.reduce(0, { $0 + $1.scored.count }) {
      throw ReferenceError.otherText(reference: reference.tokens.count)
    }
    // Ids ascend, and one beyond the vocabulary would be read from beyond the logits.
    if let reference, let last = reference.tokens.lazy.compactMap(\.ids.last).max(),
      last >= session.config.vocabularySize
    {
      throw ReferenceError.otherVocabulary(reference: Int(last) + 1, model: session.config.vocabularySize)
    }
    var scored = 0
    for (index, window) in plan.enumerated() {
      try Task.checkCancellation()
      try session.distributions(of: Array(tokens[window.range])) { first, distributions in
        let likeliest = reference == nil ? [] : distributions.likeliest()
        for token in 0..<distributions.count {
          let position = window.range.lowerBound + first + token + 1
          guard window.scored.contains(position) else { continue }
          logProbabilities.append(distributions.logProbability(of: Int(tokens[position]), after: token))
          if let reference {
            divergences.append(reference.tokens[scored].divergence(to: distributions, at: token))
            agreements.append(reference.tokens[scored].likeliest == likeliest[token])
          }
          scored += 1
        }
      }
      progress(Double(index + 1) / Double(plan.count))
    }
  }
}
