/// Log-probabilities that one model gives to the scored tokens of a text, and how far it is from a reference.
public struct TextReading: Sendable, Equatable {
  /// Log-probabilities of the text's tokens, in nats.
  public var logProbabilities: [Float] = []
  /// Kullback-Leibler divergences from the reference's distributions to this model's, in nats; empty without a
  /// reference.
  public var divergences: [Double] = []
  /// Whether the likeliest token is the reference's; empty without a reference.
  public var agreements: [Bool] = []
}

extension TextReading {
  /// Reads a text with a session and compares its distributions with a reference if there is one.
  ///
  /// - Parameters:
  ///   - reference: The reference's distributions for the same tokens and windows.
  ///   - progress: Called after each window with the share that is done.
  /// - Throws: `EngineError` if a window does not fit the context, `ReferenceError` if the reference is of another text
  ///   or vocabulary, `CancellationError`.
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

/// How a text longer than a context is read: in windows that overlap, each token scored once.
public struct TextWindows: Sendable, Equatable {
  /// Tokens per window.
  public let length: Int
  /// Tokens from the start of a window to the next one's.
  public let stride: Int

  /// One window.
  public struct Window: Sendable, Equatable {
    /// The tokens that are read.
    public let range: Range<Int>
    /// The tokens that are scored: those that no earlier window scored, without the text's very first.
    public let scored: Range<Int>
  }

  /// Fails unless 1 ≤ stride < length, so that every scored token has one before it in its window.
  public init?(length: Int, stride: Int) {
    guard stride >= 1, stride < length else { return nil }
    self.length = length
    self.stride = stride
  }

  /// Windows of 512 tokens, a new one every 256: a scored token has at least 256 before it except in the first window.
  public static let standard = TextWindows(unchecked: 512, 256)

  private init(unchecked length: Int, _ stride: Int) { (self.length, self.stride) = (length, stride) }

  /// The windows of a text of `count` tokens.
  public func windows(of count: Int) -> [Window] {
    var windows: [Window] = []
    var firstScored = 1
    var start = 0
    while firstScored < count {
      let end = min(start + length, count)
      windows.append(Window(range: start..<end, scored: firstScored..<end))
      firstScored = end
      start += stride
    }
    return windows
  }
}
