import Envelopes
import Measurements
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
    let reading = AnswerJudge.judge(try item(["Lutetia", "Paris"]), of: .exactMatch, text: text, completionTokens: 3)
    #expect(reading.isCorrect == isCorrect)
    #expect(reading.completionTokens == 3)
  }

  @Test("An empty answer is none, whatever is accepted")
  func emptyAnswer() throws {
    #expect(!AnswerJudge.judge(try item(["", "."]), of: .exactMatch, text: " . ", completionTokens: 1).isCorrect)
  }

  @Test(
    "Only the last number counts, commas aside",
    arguments: [
      ("3 boxes of 6 make 18.", "18"), ("It costs $1,080.00", "1080"), ("-2.5 degrees", "-2.5"), ("No idea", ""),
      ("18 is the answer to 7", "7"), ("1" + String(repeating: "0", count: 500), ""),
    ])
  func number(text: String, answer: String) throws {
    let reading = AnswerJudge.judge(try item(["18", "1,080"]), of: .number, text: text, completionTokens: 3)
    #expect(reading.answer == answer)
    #expect(reading.isCorrect == ["18", "1080"].contains(answer))
  }

  @Test("Every instruction must be kept, and the answer says which were") func instructions() throws {
    var item = try item(["-"])
    item.checks = [InstructionCheck(.words, most: 3), InstructionCheck(.numbers, least: 1)]
    func judge(_ text: String) -> AnswerReading {
      AnswerJudge.judge(item, of: .instructions, text: text, completionTokens: 1)
    }
    #expect(judge("only 2 words").isCorrect)
    #expect(judge("no digits").answer == "words, not numbers")
    #expect(!judge("no digits").isCorrect)
    #expect(judge(" ").answer.isEmpty)
  }
}
