import Envelopes
import Foundation
import Measurements

/// Decides what a model answered to an item, from scores or text alone.
public enum AnswerJudge {
  /// The option with the highest score; of equal ones the first.
  static func judge(_ item: AccuracyTask.Item, scores: [Double]) -> AnswerReading {
    var best = 0
    for index in scores.indices where scores[index] > scores[best] { best = index }
    return AnswerReading(
      answer: String(best), isCorrect: best == item.answer, optionScores: scores, completionTokens: 0)
  }

  /// A generated text, by the rule of its task's kind.
  ///
  /// The stored answer is the line or the number that was compared, or which of the instructions were followed.
  public static func judge(
    _ item: AccuracyTask.Item, of kind: AccuracyTask.Kind, text: String, completionTokens: Int
  ) -> AnswerReading {
    let answer: String
    let isCorrect: Bool
    switch kind {
    case .number:
      let number = lastNumber(in: text)
      answer = number.map { "\($0)" } ?? ""
      isCorrect = number.map { number in item.options.contains { lastNumber(in: $0) == number } } ?? false
    case .instructions:
      let kept = item.checks.map { $0.passes(text) ? $0.rule.rawValue : "not \($0.rule.rawValue)" }
      answer = text.allSatisfy(\.isWhitespace) ? "" : kept.joined(separator: ", ")
      isCorrect = item.checks.allSatisfy { $0.passes(text) }
    default:
      let line = text.split(whereSeparator: \.isNewline).first { !normalized(String($0)).isEmpty }
      answer = normalized(String(line ?? ""))
      isCorrect = !answer.isEmpty && item.options.contains { normalized($0) == answer }
    }
    return AnswerReading(
      answer: answer, isCorrect: isCorrect, optionScores: [], completionTokens: completionTokens)
  }

  /// Lower case, without white space and punctuation at either end.
  static func normalized(_ text: String) -> String {
    text.lowercased().trimmingCharacters(in: .whitespacesAndNewlines.union(.punctuationCharacters))
  }

  /// The last decimal number, commas between its digits aside.
  static func lastNumber(in text: String) -> Decimal? {
    text.matches(of: /-?[0-9][0-9,]*(\.[0-9]+)?/).last.flatMap {
      Decimal(string: $0.output.0.filter { $0 != "," }, locale: Locale(identifier: "en_US_POSIX"))
    }
  }
}
