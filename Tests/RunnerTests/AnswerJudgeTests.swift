import Envelopes
import Testing

@testable import Runner

@Suite("Answer judge")
struct AnswerJudgeTests {
  private func item(_ options: [String], answer: Int = 0) throws -> AccuracyTask.Item {
    var item = try #require(try TestEnvelope.make().accuracy.first?.items.first)
    item.options = options
    item.answer = answer
    return item
  }

  @Test("The highest score is the answer, the first of equal ones")
  func scores() throws {
    let reading = AnswerJudge.judge(try item(["a", "b", "c"], answer: 1), scores: [-2, -1, -1])
    #expect(reading.answer == "1")
    #expect(reading.isCorrect)
  }

  @Test(
    "Only the first line with content counts, case, outer space and punctuation aside",
    arguments: [
      (" Paris.\nIt is", true), ("\n\n  PARIS!", true), ("The answer is Paris", false), ("", false), ("...\n", false),
      ("Par is", false),
    ])
  func text(text: String, isCorrect: Bool) throws {
    let reading = AnswerJudge.judge(try item(["Lutetia", "Paris"]), text: text, completionTokens: 3)
    #expect(reading.isCorrect == isCorrect)
    #expect(reading.completionTokens == 3)
  }

  @Test("An empty answer is none, whatever is accepted")
  func emptyAnswer() throws {
    #expect(!AnswerJudge.judge(try item(["", "."]), text: " . ", completionTokens: 1).isCorrect)
  }
}
