import Measurements
import Testing

@testable import Verdicts

@Suite("Texts whose tokens are scored")
struct TextTests {
  private func verdict(_ change: @escaping (inout Evidence) -> Void = { _ in }) throws -> Verdict {
    try Fixture.verdict({ $0.judgeTexts() }, change)
  }

  @Test("Losses are compared token by token, and less is better")
  func effect() throws {
    let verdict = try verdict()
    #expect(verdict.outcome == .promote)
    #expect(verdict.objectives.map(\.standing) == [.leads])
    for effect in verdict.objectives.map(\.effect) + verdict.guardrails.map(\.effect) {
      guard case .text(let text)? = effect else {
        Issue.record("no effect of texts")
        continue
      }
      #expect(abs(text.difference + 0.02) < 1e-12 && text.tokens == 128)
      #expect(text.interval.lower <= text.difference && text.difference <= text.interval.upper)
    }
  }

  @Test(
    "Scores that are not comparable yield no effect",
    arguments: [
      .divergences(Array(repeating: 1, count: 128), reference: "other-weights"),
      .divergences(Array(repeating: 1, count: 127), reference: "reference-weights"),
      .logProbabilities(Array(repeating: -1, count: 128)),
    ] as [TextScores])
  func incomparable(scores: TextScores) throws {
    let verdict = try verdict { evidence in
      evidence.change(.candidate, where: { $0.cell == "drift" }) { $0.outcome = .text(scores) }
    }
    #expect(verdict.objectives.map(\.effect) == [nil])
    #expect(verdict.objectives.map(\.state) == [.noData])
    #expect(verdict.guardrails.map(\.state) == [.passed])
    #expect(verdict.gaps == [.incomparable("drift", items: ["p1"])])
    #expect(verdict.outcome == .inconclusive)
  }

  @Test("Perplexities of another number of tokens yield no effect")
  func otherLength() throws {
    let verdict = try verdict { evidence in
      evidence.change(.resident, where: { $0.cell == "text" }) {
        $0.outcome = .text(.logProbabilities(Array(repeating: -1.5, count: 100)))
      }
    }
    #expect(verdict.guardrails.map(\.effect) == [nil])
    #expect(verdict.guardrails.map(\.state) == [.noData])
    #expect(verdict.gaps == [.incomparable("text", items: ["p1"])])
    #expect(verdict.outcome == .inconclusive)
  }

  @Test("Too few tokens for an interval are missing data, not a lack of a win", arguments: [1, 32, 33])
  func fewTokens(count: Int) throws {
    let verdict = try Fixture.verdict { $0.judgeTexts(tokens: count) }
    let gaps: [Gap] =
      count > 32 ? [] : [.tooFewTokens("drift", scored: count), .tooFewTokens("text", scored: count)]
    #expect(verdict.gaps == gaps)
    #expect(verdict.objectives.map(\.state).contains(.noData) == (count <= 32))
    if count <= 32 { #expect(verdict.outcome == .inconclusive) }
  }

  @Test("An answer in a text task, or a text in a task of questions, is no reading of it")
  func otherKind() throws {
    let scores = TextScores.logProbabilities(Array(repeating: -1, count: 64))
    let text = try Fixture.verdict({ _ in }) { evidence in
      evidence.change(.candidate, where: { $0.item == "q4" }) { $0.outcome = .text(scores) }
    }
    #expect(text.gaps == [.unpaired("facts", residentOnly: ["q4"], candidateOnly: [], neither: [])])
    let answer = try verdict { evidence in
      evidence.change(.candidate, where: { $0.cell == "text" }) {
        $0.outcome = .answer(AnswerReading(answer: "0", isCorrect: true, optionScores: [-1], completionTokens: 0))
      }
    }
    #expect(answer.gaps == [.unpaired("text", residentOnly: ["p1"], candidateOnly: [], neither: [])])
  }
}
