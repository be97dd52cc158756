import Envelopes
import Foundation
import Measurements

/// Decides what a model answered to an item, from scores or text alone.
enum AnswerJudge {
  /// The option with the highest score; of equal ones the first.
  static func judge(_ item: AccuracyTask.Item, scores: [Double]) -> AnswerReading {
    var best = 0
    for index in scores.indices where scores[index] > scores[best] { best = index }
    return AnswerReading(
      answer: String(best), isCorrect: best == item.answer, optionScores: scores, completionTokens: 0)
  }

  /// The first line with content, compared with the accepted answers.
  static func judge(_ item: AccuracyTask.Item, text: String, completionTokens: Int) -> AnswerReading {
    let line = text.split(whereSeparator: \.isNewline).first { !normalized(String($0)).isEmpty }
    let answer = normalized(String(line ?? ""))
    let isCorrect = !answer.isEmpty && item.options.contains { normalized($0) == answer }
    return AnswerReading(
      answer: answer, isCorrect: isCorrect, optionScores: [], completionTokens: completionTokens)
  }

  /// Lower case, without white space and punctuation at either end.
  static func normalized(_ text: String) -> String {
    text.lowercased().trimmingCharacters(in: .whitespacesAndNewlines.union(.punctuationCharacters))
  }
}
