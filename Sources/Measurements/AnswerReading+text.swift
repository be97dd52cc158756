import Foundation

extension AnswerReading {
  /// What `answer` says where a text was scored by its tokens' log-probabilities.
  public static let perplexityAnswer = "perplexity"

  /// What `answer` says where a text was compared with the reference of these weights.
  public static func divergenceAnswer(reference: String) -> String { "\(divergencePrefix)\(reference)" }

  private static let divergencePrefix = "divergence from "

  /// A text's log-probabilities, token by token, nil for any other reading.
  public var logProbabilities: [Double]? {
    answer == Self.perplexityAnswer && !optionScores.isEmpty ? optionScores : nil
  }

  /// A text's divergences from the reference in nats, token by token, nil for any other reading.
  public var divergences: [Double]? {
    answer.hasPrefix(Self.divergencePrefix) && !optionScores.isEmpty ? optionScores : nil
  }

  /// Whether a text was scored rather than a question answered.
  public var isOfText: Bool { logProbabilities != nil || divergences != nil }
}
