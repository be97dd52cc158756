/// A model's answer to one item.
public struct AnswerReading: Sendable, Equatable {
  /// The chosen option's index for multiple choice and cloze, the normalized text for an exact match, the id of the skill or
  /// `none` for a request that is routed, the id of the first document for a query; empty if the model gave no answer.
  public var answer: String
  public var isCorrect: Bool
  /// Mean log-probability per token of each option, if the item has options; of a request that is routed the similarity to
  /// each skill, and the threshold after them; of a query the rank of each relevant document among all, from 1.
  public var optionScores: [Double]
  /// Tokens that the model generated.
  public var completionTokens: Int

  public init(answer: String, isCorrect: Bool, optionScores: [Double], completionTokens: Int) {
    self.answer = answer
    self.isCorrect = isCorrect
    self.optionScores = optionScores
    self.completionTokens = completionTokens
  }

  /// A model that spends its whole budget and says nothing has not answered.
  public var isAnswered: Bool { !answer.isEmpty }
}

/// How well a model foresees a text, in nats, one value per token after the first.
public enum TextScores: Sendable, Equatable {
  /// The log-probability of each token.
  case logProbabilities([Double])
  /// The KL divergence of the reference's distribution from the model's at each token; `reference` is the hash of the
  /// reference's weights.
  case divergences([Double], reference: String)

  /// Nats per token, of which less is better: negative log-probabilities, or divergences.
  public var losses: [Double] {
    switch self {
    case .logProbabilities(let values): values.map { -$0 }
    case .divergences(let values, _): values
    }
  }

  /// The metric that the mean loss is a value of.
  public var metric: Metric {
    switch self {
    case .logProbabilities: .perplexity
    case .divergences: .divergence
    }
  }

  /// Whether the scores are of the same quantity and of as many tokens.
  public func isComparable(to other: TextScores) -> Bool {
    switch (self, other) {
    case (.logProbabilities(let one), .logProbabilities(let two)): one.count == two.count
    case (.divergences(let one, let reference), .divergences(let two, let otherReference)):
      one.count == two.count && reference == otherReference
    default: false
    }
  }
}
