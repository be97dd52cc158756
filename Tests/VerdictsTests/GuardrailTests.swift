import Foundation
import Measurements
import Testing
import Verdicts

@Suite("Guardrails on memory and on answering at all")
struct GuardrailTests {
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

  @Test("The documents' table of metrics is the code's")
  func documented() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try String(contentsOf: root.appending(path: "docs/measurement.md"), encoding: .utf8)
    #expect(text.contains(Metric.markdownTable))
  }
}
