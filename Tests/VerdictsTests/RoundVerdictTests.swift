import Foundation
import JSON
import Measurements
import Testing

@testable import Verdicts

@Suite("Verdicts by rounds")
struct RoundVerdictTests {
  @Test("A candidate that is faster in every cell is promoted, on the total over the cells")
  func faster() throws {
    let verdict = try RoundFixture.verdict()
    #expect(verdict.outcome == .promote)
    #expect(verdict.stop == .win)
    guard case .ratio(let effect)? = verdict.objectives.first?.effect else {
      Issue.record("no ratio")
      return
    }
    #expect(abs(effect.ratio - 1.1) < 0.01)
    #expect(effect.blocks == 8)
    #expect(verdict.objectives.first?.cell == nil)
  }

  @Test("The sides decide by one end each, at half of alpha for the first challenge")
  func levels() throws {
    let verdict = try RoundFixture.verdict()
    #expect(verdict.challenge.level == (1 - 0.95) / 2)
    #expect(verdict.guardrailLevel.sides == .one)
    #expect(verdict.guardrailLevel.alpha == verdict.challenge.level)
  }

  @Test("A loss in one cell is not made up for by a win in another")
  func lossInOneCell() throws {
    let verdict = try RoundFixture.verdict { $0.speeds = ["short": 0.61, "long": 1.71] }
    guard case .ratio(let total)? = verdict.objectives.first?.effect else {
      Issue.record("no ratio")
      return
    }
    #expect(total.ratio > 1.01)
    #expect(verdict.outcome == .reject)
  }

  @Test("A candidate that stalls is not promoted, however fast it is in between")
  func stalls() throws {
    let steady = try RoundFixture.verdict { $0.speeds = ["short": 1.1, "long": 1.1] }
    let stalling = try RoundFixture.verdict {
      $0.speeds = ["short": 1.1, "long": 1.1]
      ($0.stall, $0.stallEvery) = (3, 8)
    }
    #expect(steady.outcome == .promote)
    // The median of the slices does not see it, the total does.
    #expect(stalling.objectives.first?.state == .won)
    #expect(stalling.outcome != .promote)
  }

  @Test("Nothing is void because of what was measured")
  func noVoidByResult() throws {
    let evidence = try RoundFixture.evidence { ($0.stall, $0.stallEvery) = (5, 3) }
    #expect(try Judge(VerdictInputs(evidence)).voids.isEmpty)
  }

  @Test("A round counts only whole: a void block of one cell leaves it out of the total")
  func voidBlock() throws {
    let verdict = try RoundFixture.verdict({ _ in }) {
      $0.voids = [BlockVoid(cell: "short", block: 3, reason: "the machine slept for 9 s")]
    }
    guard case .ratio(let total)? = verdict.objectives.first?.effect else {
      Issue.record("no ratio")
      return
    }
    #expect(total.blocks == 7)
  }

  @Test("Offsets that each load brings with it widen the interval, since the round is the unit")
  func loadOffsets() throws {
    let widths = try [0.004, 0.03].map { offset in
      let verdict = try RoundFixture.verdict { $0.loadOffset = offset }
      guard case .ratio(let effect)? = verdict.objectives.first?.effect else { return 0.0 }
      return effect.interval.upper - effect.interval.lower
    }
    #expect(widths[1] > 3 * widths[0])
  }

  @Test("Equal models end in a hold for futility")
  func equal() throws {
    let verdict = try RoundFixture.verdict { $0.speeds = [:] }
    #expect(verdict.stop == .futility)
    #expect(verdict.outcome == .hold)
  }

  @Test("A win needs the plan's minimum of rounds, anything else six")
  func minimum() throws {
    func reason(_ rounds: Int, _ speed: Double) throws -> StoppingReason? {
      let evidence = try RoundFixture.evidence {
        ($0.rounds, $0.minimumRounds) = (rounds, 12)
        $0.speeds = ["short": speed, "long": speed]
      }
      return try Judge(VerdictInputs(evidence)).stoppingReason()
    }
    #expect(try reason(11, 1.1) == nil && reason(12, 1.1) == .win)
    #expect(try reason(5, 1) == nil && reason(6, 1) == .futility)
    #expect(try reason(5, 0.8) == nil && reason(6, 0.8) == .brokenGuardrail)
  }

  @Test("Before the minimum of rounds, evidence of a win is incomplete")
  func early() throws {
    let verdict = try RoundFixture.verdict { ($0.rounds, $0.minimumRounds) = (8, 12) }
    #expect(verdict.objectives.first?.state == .noData)
    #expect(verdict.outcome == .inconclusive)
  }

  @Test("A plan that is measured whole does not end early")
  func whole() throws {
    let evidence = try RoundFixture.evidence {
      ($0.rounds, $0.plannedRounds, $0.minimumRounds, $0.speeds) = (8, 12, 12, [:])
    }
    #expect(try Judge(VerdictInputs(evidence)).stoppingReason() == nil)
  }

  @Test("An objective on answers decides when they are in: with a win by the win, without one for futility")
  func answers() throws {
    let won = try RoundFixture.verdict { ($0.items, $0.gained) = (200, 60) }
    #expect(won.objectives.map(\.state) == [.won])
    #expect(won.stop == .win && won.outcome == .promote)
    let level = try RoundFixture.verdict { $0.items = 200 }
    #expect(level.stop == .futility && level.outcome == .hold)
  }

  @Test("Before the answers are in, an objective on them is not futile")
  func answersPending() throws {
    func judge(_ speed: Double) throws -> Judge {
      let evidence = try RoundFixture.evidence({
        ($0.items, $0.gained, $0.speeds) = (200, 60, ["short": speed, "long": speed])
      }) { evidence in
        for side in Side.allCases { evidence.remove(side) { $0.place.item != nil } }
      }
      return try Judge(VerdictInputs(evidence))
    }
    // No block shows more than that every guardrail is passed.
    #expect(try judge(1.1).stoppingReason() == .guarded)
    #expect(try judge(1.1).verdict().outcome == .inconclusive)
    #expect(try judge(1).stoppingReason() != .futility)
  }

  @Test("Requests in slices of other tokens make no pair")
  func otherSlices() throws {
    let verdict = try RoundFixture.verdict({ _ in }) { evidence in
      for index in evidence.candidateSamples.indices {
        guard case .throughput(var reading) = evidence.candidateSamples[index].outcome, !reading.slices.isEmpty else {
          continue
        }
        let last = reading.slices.removeLast()
        reading.slices[reading.slices.count - 1].tokens += last.tokens
        reading.slices[reading.slices.count - 1].nanoseconds += last.nanoseconds
        evidence.candidateSamples[index].outcome = .throughput(reading)
      }
    }
    #expect(verdict.outcome == .inconclusive)
    // Nor does the request in slices pass for a repetition of the whole one.
    #expect(verdict.objectives.first?.effect == nil)
  }

  @Test("Forged counts of tokens in slices are a problem of the reading, however they add up")
  func forgedCounts() {
    let slices = Array(repeating: Slice(phase: .prefill, tokens: 1 << 48, nanoseconds: 1), count: 1 << 16)
    let reading = ThroughputReading(promptTokens: 64, cachedTokens: 0, tokenNanoseconds: [1], slices: slices)
    #expect(reading.problem == "has an impossible slice")
  }

  @Test("The evidence as points ends in the effect that decides")
  func traces() throws {
    let evidence = try RoundFixture.evidence()
    let judge = try Judge(VerdictInputs(evidence))
    let trace = try #require(try judge.traces().first)
    guard case .ratio(let effect)? = try judge.verdict().objectives.first?.effect else {
      Issue.record("no ratio")
      return
    }
    #expect(trace.cells == ["short", "long"])
    #expect(trace.points.count == 8)
    #expect(trace.points.last?.effect?.interval == effect.interval)
  }

  @Test("A recorded verdict reads back what it wrote")
  func recorded() throws {
    let verdict = try RoundFixture.verdict()
    let recorded = try RecordedVerdict(verdict.json)
    #expect(recorded.outcome == verdict.outcome)
    #expect(recorded.rules.first?.cell == nil)
    #expect(recorded.rules.count == 1 + verdict.guardrails.count)
  }
}
