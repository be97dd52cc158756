import Foundation
import Measurements
import Statistics
import Testing

@testable import Verdicts

@Suite("A server that is not restarted")
struct LoadMarginTests {
  private struct Missing: Error {}

  /// The verdict on a candidate that is that much faster, with both models in a server that was attached to, or started
  /// anew for each round.
  private func verdict(_ speed: Double, isAttached: Bool) throws -> Verdict {
    try Judge(VerdictInputs(evidence(speed, isAttached: isAttached))).verdict()
  }

  private func evidence(_ speed: Double, isAttached: Bool) throws -> Evidence {
    try RoundFixture.evidence({ $0.speeds = ["short": speed, "long": speed] }) { evidence in
      evidence.resident.conditions = WorkerConditions(isAttached: isAttached)
      evidence.candidate.conditions = WorkerConditions(isAttached: isAttached)
    }
  }

  private func ratio(_ effect: Effect?) throws -> RatioEffect {
    guard case .ratio(let ratio)? = effect else { throw Missing() }
    return ratio
  }

  @Test("Both ends of a ratio's interval are moved outwards by three per cent, and the estimate stays")
  func interval() throws {
    let (own, attached) = (try verdict(1.1, isAttached: false), try verdict(1.1, isAttached: true))
    #expect(own.loadMargin == nil && attached.loadMargin == 0.03)
    let pairs = zip(
      own.objectives.map(\.effect) + own.guardrails.map(\.effect),
      attached.objectives.map(\.effect) + attached.guardrails.map(\.effect))
    for (one, other) in pairs {
      let (one, other) = (try ratio(one), try ratio(other))
      #expect(one.ratio == other.ratio && one.fixedSampleInterval == other.fixedSampleInterval)
      #expect(abs(other.interval.lower * 1.03 / one.interval.lower - 1) < 1e-12)
      #expect(abs(other.interval.upper / 1.03 / one.interval.upper - 1) < 1e-12)
    }
  }

  @Test("A win that a load may have brought is none, and measuring does not end for it")
  func win() throws {
    let own = try verdict(1.04, isAttached: false)
    #expect(own.outcome == .promote && own.stop == .win)
    let attached = try verdict(1.04, isAttached: true)
    #expect(attached.objectives.map(\.state) == [.notShown])
    #expect(attached.stop != .win && attached.outcome != .promote)
    let clear = try verdict(1.1, isAttached: true)
    #expect(clear.outcome == .promote && clear.stop == .win)
  }

  @Test("A guardrail that a load may have broken is open")
  func guardrail() throws {
    #expect(try verdict(0.93, isAttached: false).guardrails.first?.state == .broken)
    #expect(try verdict(0.93, isAttached: true).guardrails.first?.state == .unresolved)
    #expect(try verdict(0.85, isAttached: true).guardrails.first?.state == .broken)
  }

  @Test("The evidence as points ends in the widened interval")
  func trace() throws {
    let judge = try Judge(VerdictInputs(evidence(1.1, isAttached: true)))
    let decided = try ratio(judge.verdict().objectives.first?.effect)
    #expect(try judge.traces().first?.points.last?.effect?.interval == decided.interval)
  }

  @Test("The verdict says so in words and figures, and reads back")
  func told() throws {
    let fact = "the server was not restarted: its load is in every round; 3 % margin"
    let attached = try verdict(1.1, isAttached: true)
    #expect(attached.text(width: 200).contains(fact) && attached.markdown.contains(fact))
    #expect(attached.explanation.contains { $0.contains("moved by a margin of 3 %") })
    #expect(attached.json["load_margin"]?["relative"] == .number(0.03))
    #expect(attached.json["load_margin"]?["reason"] == .string(fact))
    let recorded = try RecordedVerdict(attached.json)
    #expect(recorded.subject.resident.hasAttachedServer && recorded.subject.candidate.hasAttachedServer)
    let own = try verdict(1.1, isAttached: false)
    #expect(own.json["load_margin"] == nil && !own.text(width: 200).contains("not restarted"))
  }

  @Test("A margin on one side alone would be a handicap: the comparison is refused")
  func oneSide() throws {
    let verdict = try RoundFixture.verdict({ _ in }) { $0.resident.conditions = WorkerConditions(isAttached: true) }
    #expect(verdict.refusals == [.otherConditions(.server, resident: "attached", candidate: "own")])
  }
}
