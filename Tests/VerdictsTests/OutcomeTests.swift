import Measurements
import Testing

@testable import Verdicts

@Suite("Outcomes")
struct OutcomeTests {
  @Test("A win with every guardrail passed promotes")
  func promote() throws {
    let verdict = try Fixture.verdict()
    #expect(verdict.outcome == .promote)
    #expect(verdict.objectives.map(\.state) == [.won])
    #expect(verdict.objectives.map(\.standing) == [.leads])
    #expect(verdict.guardrails.allSatisfy { $0.state == .passed })
    #expect(verdict.blocks == [BlockTally(cell: "chat", planned: 6, used: 6, void: 0)])
  }

  @Test("Equal models with every guardrail passed hold")
  func hold() throws {
    let verdict = try Fixture.verdict { $0.speed = 1 }
    #expect(verdict.outcome == .hold)
    #expect(verdict.objectives.map(\.state) == [.notShown])
    #expect(verdict.objectives.map(\.standing) == [.level])
  }

  @Test("A win that is smaller than the minimum effect leads and does not promote")
  func smallWin() throws {
    let verdict = try Fixture.verdict {
      $0.speed = 1.015
      $0.noise = 0.001
    }
    #expect(verdict.outcome == .hold)
    #expect(verdict.objectives.map(\.standing) == [.leads])
  }

  @Test("A broken guardrail rejects, whatever is won", arguments: [0.8, 1.2])
  func reject(speed: Double) throws {
    let verdict = try Fixture.verdict {
      $0.speed = speed
      $0.candidateWrong = Set(20..<60)
    }
    #expect(verdict.outcome == .reject)
    #expect(verdict.guardrail(.accuracy)?.state == .broken)
    #expect(verdict.guardrail(.flips)?.state == .broken)
    #expect(verdict.objectives.map(\.standing) == [speed > 1 ? .leads : .lags])
  }

  @Test("A slow-down of all the candidate's times turns the latency guardrail from passed over unresolved to broken")
  func slowDown() throws {
    let states = try [1.0, 1.15, 1.3].map { factor in
      try Fixture.verdict({ _ in }, { $0.change(.candidate) { $0.slow(by: factor) } }).guardrail(.firstTokenLatency)?
        .state
    }
    #expect(states == [.passed, .unresolved, .broken])
  }

  @Test("A guardrail whose interval holds the margin is unresolved, and the verdict inconclusive")
  func unresolved() throws {
    let verdict = try Fixture.verdict { $0.items = 40 }
    #expect(verdict.outcome == .inconclusive)
    #expect(verdict.guardrail(.accuracy)?.state == .unresolved)
    #expect(verdict.guardrail(.flips)?.state == .passed)
    #expect(verdict.gaps.isEmpty)
  }

  @Test("Peak memory is a bound, read over all samples of a side")
  func peakMemory() throws {
    for (bytes, state) in [(420_000_000, GuardrailResult.State.passed), (420_000_001, .broken)] {
      let verdict = try Fixture.verdict({ _ in }) { evidence in
        evidence.change(.candidate, where: { $0.item == "q7" }) { $0.peakMemoryBytes = Int64(bytes) }
      }
      #expect(verdict.guardrail(.peakMemory)?.state == state)
      #expect(verdict.outcome == (state == .passed ? .promote : .reject))
    }
  }

  @Test("An objective of accuracy is won by its interval's lower end")
  func accuracyObjective() throws {
    let verdict = try Judge(
      Fixture.evidence {
        $0.objectives = [["metric": "accuracy", "cell": "facts", "min_effect": 0.05]]
        $0.guardrails = []
        $0.candidateWrong = Set(20..<60)
      }.swapped
    ).verdict()
    #expect(verdict.outcome == .promote)
    #expect(verdict.objectives.map(\.standing) == [.leads])
  }

  @Test("Flips are seen even if accuracy is unchanged")
  func hiddenFlips() throws {
    let verdict = try Fixture.verdict({ _ in }) { evidence in
      // As many gained as lost.
      evidence.change(.resident, where: { (20..<35).map { "q\($0)" }.contains($0.item) }) {
        $0.outcome = .answer(AnswerReading(answer: "1", isCorrect: false, optionScores: [], completionTokens: 0))
      }
      evidence.change(.candidate, where: { (40..<55).map { "q\($0)" }.contains($0.item) }) {
        $0.outcome = .answer(AnswerReading(answer: "1", isCorrect: false, optionScores: [], completionTokens: 0))
      }
    }
    guard case .accuracy(let effect)? = verdict.guardrail(.accuracy)?.effect else {
      Issue.record("no effect of accuracy")
      return
    }
    #expect(effect.difference == 0)
    #expect(effect.mcnemarPValue == 1)
    #expect(effect.flips.flipped == 30)
    #expect(verdict.guardrail(.flips)?.state == .broken)
  }

  @Test("The share of flips passes by its upper limit and breaks by its lower")
  func flipLimits() throws {
    let states = try [0, 3, 12].map { count in
      try Fixture.verdict {
        $0.items = 40
        $0.candidateWrong = Set(20..<20 + count)
      }.guardrail(.flips)?.state
    }
    #expect(states == [.passed, .unresolved, .broken])
  }

  @Test("A memory budget is absolute: within the margin, one byte more is one too many")
  func memoryBudget() throws {
    for (budget, state) in [(400_000_000, GuardrailResult.State.passed), (399_999_999, .broken)] {
      let verdict = try Fixture.verdict {
        $0.guardrails = [["metric": "peak_memory_bytes", "margin": 0.5, "budget_bytes": .integer(budget)]]
      }
      #expect(verdict.guardrails.map(\.state) == [state])
    }
  }

  @Test("A model that answers nothing breaks the answered share, whatever its rate")
  func answered() throws {
    let states = try [0, 100].map { silent in
      let verdict = try Fixture.verdict(
        { $0.guardrails = [["metric": "answered_share", "cell": "facts", "margin": 0.1]] },
        { evidence in
          let items = Set((0..<silent).map { "q\($0)" })
          evidence.change(.candidate, where: { $0.item.map(items.contains) ?? false }) {
            $0.outcome = .answer(.init(answer: "", isCorrect: false, optionScores: [], completionTokens: 64))
          }
        })
      return verdict.guardrails.first?.state
    }
    #expect(states == [.passed, .broken])
  }
}
