import Foundation

/// A reference model's distributions for the scored tokens of a text, without the improbable rest of its vocabulary.
///
/// Of each distribution the tokens with a probability of at least 2⁻²⁰ are kept; the rest counts as one event. That
/// changes a divergence by far less than its standard error and a file's size by a factor of twenty or more.
public struct ReferenceDistributions: Sendable, Equatable {
  /// One distribution.
  public struct Distribution: Sendable, Equatable {
    /// Log-probability of the text's next token.
    public var rightLogProbability: Float
    public var likeliest: Int32
    /// The ids that are kept, ascending.
    public var ids: [Int32]
    /// Log-probabilities of `ids`.
    public var logProbabilities: [Float]
  }

  /// One distribution per scored token.
  public var tokens: [Distribution]

  /// The least log-probability that is kept.
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
  /// Those that the engine has just computed; `rightLogProbability` is left 0.
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

  /// The Kullback-Leibler divergence Σ p (ln p − ln q) over the kept tokens and the rest, in nats: exactly zero if the
  /// model's distribution is this one.
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
    // Less than that is the rounding error of the sums.
    guard rest > 1e-6, restOfModel > 1e-6 else { return sum }
    return sum + rest * log(rest / restOfModel)
  }
}

/// Why texts and references cannot be compared.
public enum ReferenceError: Error, Equatable, Sendable, CustomStringConvertible {
  case otherText(reference: Int)
  case otherVocabulary(reference: Int, model: Int)
  case otherTokens
  case tooShort(tokens: Int)
  case unwritable(String, reason: String)
  case notAReference(String)

  public var description: String {
    switch self {
    case .otherText(let count):
      "the reference has \(count) scored tokens, which is not what this text has: compare over the same text and windows"
    case .otherVocabulary(let reference, let model):
      "the reference has \(reference) tokens in its vocabulary and the model \(model): compare lanes of one model"
    case .otherTokens:
      "the reference's tokenizer cuts the text in another way than the model's: compare lanes of one model"
    case .tooShort(let count): "the text has \(count) tokens: give one of at least two"
    case .notAReference(let path):
      "\(path) is missing or holds no reference distributions: delete it, so that it is made anew"
    case .unwritable(let path, let reason): "cannot write \(path): \(reason)"
    }
  }
}
