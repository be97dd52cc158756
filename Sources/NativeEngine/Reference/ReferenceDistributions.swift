import Foundation

/// What a reference model says about each scored token of a text, without the improbable rest of its vocabulary.
///
/// Of each distribution the tokens with at least 2⁻²⁰ of the probability are kept; what remains is taken as one event,
/// which changes a divergence by far less than its standard error and a file's size by a factor of twenty or more.
public struct ReferenceDistributions: Sendable, Equatable {
  /// One distribution.
  public struct Distribution: Sendable, Equatable {
    /// The text's own next token.
    public var rightLogProbability: Float
    public var likeliest: Int32
    /// Ascending.
    public var ids: [Int32]
    /// Of `ids`.
    public var logProbabilities: [Float]
  }

  /// By scored token.
  public var tokens: [Distribution]

  /// The natural logarithm of the least probability that is kept.
  static let floor = -20 * Float(log(2.0))

  /// Reads a text with the reference.
  ///
  /// - Throws: As `TextReading.init`.
  public init(
    of tokens: [Int32], by session: Session, windows: TextWindows = .standard, progress: (Double) -> Void = { _ in }
  ) throws {
    self.tokens = []
    let plan = windows.windows(of: tokens.count)
    for (index, window) in plan.enumerated() {
      try Task.checkCancellation()
      try session.distributions(of: Array(tokens[window.range])) { first, distributions in
        var kept = Distribution.all(of: distributions)
        for token in 0..<distributions.count {
          let position = window.range.lowerBound + first + token + 1
          guard window.scored.contains(position) else { continue }
          kept[token].rightLogProbability = distributions.logProbability(of: Int(tokens[position]), after: token)
          self.tokens.append(kept[token])
        }
      }
      progress(Double(index + 1) / Double(plan.count))
    }
  }

  public init(tokens: [Distribution]) { self.tokens = tokens }

  /// The text's log-probabilities by the reference.
  public var logProbabilities: [Float] { tokens.map(\.rightLogProbability) }
}

extension ReferenceDistributions.Distribution {
  /// Those that the engine has at hand, without the text's own next tokens.
  public static func all(of distributions: TokenDistributions) -> [ReferenceDistributions.Distribution] {
    var all = distributions.likeliest().map {
      ReferenceDistributions.Distribution(rightLogProbability: 0, likeliest: $0, ids: [], logProbabilities: [])
    }
    distributions.forEach(above: ReferenceDistributions.floor) { token, id, logProbability in
      all[token].ids.append(id)
      all[token].logProbabilities.append(logProbability)
    }
    return all
  }

  /// Σ p (ln p − ln q) over the kept tokens and the rest, in nats: exactly zero where the model's distribution is this
  /// one.
  public func divergence(to model: TokenDistributions, at token: Int) -> Double {
    var sum = 0.0
    var kept = 0.0
    var keptByModel = 0.0
    for (id, own) in zip(ids, logProbabilities) {
      let other = Double(model.logProbability(of: Int(id), after: token))
      let probability = exp(Double(own))
      sum += probability * (Double(own) - other)
      kept += probability
      keptByModel += exp(other)
    }
    let rest = 1 - kept
    let restOfModel = 1 - keptByModel
    // Below that, the rest is the rounding of the sums.
    guard rest > 1e-6, restOfModel > 1e-6 else { return sum }
    return sum + rest * log(rest / restOfModel)
  }
}
