/// What a model answered to one item, and whether that is right.
public struct AnswerReading: Sendable, Equatable {
  /// The chosen option's index for multiple choice and cloze, the normalized text for an exact match; empty where the
  /// model gave no answer.
  public var answer: String
  public var isCorrect: Bool
  /// Mean log-probability a token of each option, where the item has options.
  public var optionScores: [Double]
  /// Tokens that the model generated.
  public var completionTokens: Int

  public init(answer: String, isCorrect: Bool, optionScores: [Double], completionTokens: Int) {
    self.answer = answer
    self.isCorrect = isCorrect
    self.optionScores = optionScores
    self.completionTokens = completionTokens
  }
}
