import Envelopes
import JSON
import Measurements
import Testing

@testable import Verdicts

@Suite("Stopping when the evidence is enough")
struct SequentialTests {
  private func rule(_ confidence: Double, objectives: Int = 1) -> PromotionRule {
    PromotionRule(
      confidence: confidence,
      objectives: (0..<objectives).map {
        .init(metric: .decodeTokensPerSecond, cell: .init(rawValue: "c\($0)"), minimumEffect: 0)
      },
      guardrails: [], maturity: Maturity(comparisons: 1, daysBetween: 0, allowsProvisional: true))
  }

  @Test("All challenges of a resident together spend at most twice alpha, and the first spends alpha")
  func budget() {
    let rule = rule(0.95)
    #expect(abs(AlphaBudget.share(of: 1, in: rule) - 0.05) < 1e-12)
    let sum = (1...100_000).reduce(0) { $0 + AlphaBudget.share(of: $1, in: rule) }
    #expect(sum < AlphaBudget.total(rule) && sum > 0.9999 * AlphaBudget.total(rule))
    #expect(AlphaBudget.level(of: 3, in: self.rule(0.95, objectives: 2)) == AlphaBudget.share(of: 3, in: rule) / 2)
  }

  @Test("A clear win ends a comparison at the plan's minimum, equal models end for futility")
  func early() throws {
    for (speed, reason) in [(1.1, StoppingReason.win), (1.0, .futility)] {
      let evidence = try Fixture.evidence {
        ($0.blocks, $0.minimumBlocks, $0.plannedBlocks, $0.speed) = (6, 6, 30, speed)
      }
      #expect(try Judge(evidence).stoppingReason() == reason)
      let verdict = try Judge(evidence).verdict()
      #expect(verdict.stop == reason)
      #expect(verdict.outcome == (reason == .win ? .promote : .hold))
      #expect(verdict.gaps.isEmpty)
    }
  }

  @Test("A broken guardrail ends a comparison and rejects")
  func broken() throws {
    let evidence = try Fixture.evidence { ($0.blocks, $0.minimumBlocks, $0.plannedBlocks, $0.speed) = (6, 6, 30, 0.8) }
    let verdict = try Judge(evidence).verdict()
    #expect(verdict.stop == .brokenGuardrail)
    #expect(verdict.outcome == .reject)
  }

  @Test("Before the plan's minimum nothing is decided, and what is undecided must go on")
  func minimum() throws {
    let early = try Fixture.evidence { ($0.blocks, $0.minimumBlocks, $0.plannedBlocks) = (6, 7, 30) }
    #expect(try Judge(early).stoppingReason() == nil)
    #expect(try Judge(early).verdict().outcome == .inconclusive)
    #expect(try Judge(early).verdict().gaps == [.blocks("chat", measured: 6, planned: 30)])
  }

  @Test("A later challenge of the same resident has to show more")
  func laterChallenge() throws {
    let widths = try [1, 2, 20].map { number in
      let verdict = try Fixture.verdict({ ($0.blocks, $0.items) = (12, 10) }) { $0.session.challenge = number }
      #expect(verdict.challenge.number == number)
      let interval = try #require(verdict.ratio?.interval)
      return interval.upper / interval.lower
    }
    #expect(widths[0] < widths[1] && widths[1] < widths[2])
  }

  @Test("A re-run adds to the evidence of the earlier comparison instead of starting anew")
  func pooled() throws {
    let first = try Fixture.evidence({ ($0.blocks, $0.noise) = (8, 0.01) }) { $0.session.challenge = 1 }
    let second = try Fixture.evidence({ ($0.blocks, $0.noise) = (8, 0.01) }) {
      $0.session.challenge = 1
      $0.session.uuid = "00000000-0000-4000-8000-000000000002"
      $0.session.startedAt += 86_400
    }
    #expect(second.continues(first) && !first.continues(second))
    let (alone, together) = (try Judge(second).verdict(), try Judge(VerdictInputs(second, pooled: [first])).verdict())
    #expect(together.ratio?.blocks == 16 && alone.ratio?.blocks == 8)
    let (wide, narrow) = (try #require(alone.ratio?.interval), try #require(together.ratio?.interval))
    #expect(narrow.upper / narrow.lower < wide.upper / wide.lower)
    #expect(together.challenge.earlierSessions == [first.session.uuid])
  }

  @Test("What refuses an earlier comparison refuses the one that adds to its blocks")
  func pooledRefusal() throws {
    func evidence(_ day: Double, _ change: @escaping (inout Evidence) -> Void = { _ in }) throws -> Evidence {
      try Fixture.evidence({ $0.blocks = 8 }) {
        ($0.session.challenge, $0.session.uuid) = (1, "session \(day)")
        $0.session.startedAt += day * 86_400
        change(&$0)
      }
    }
    func verdict(_ change: @escaping (inout Evidence) -> Void) throws -> Verdict {
      try Judge(VerdictInputs(evidence(2), pooled: [evidence(1, change)])).verdict()
    }
    #expect(try verdict { _ in }.outcome == .promote)
    let handicapped = try verdict { $0.resident.conditions = WorkerConditions(niceValue: 19) }
    #expect(handicapped.outcome == .inconclusive && handicapped.refusals.map(\.code) == ["other_conditions"])
    let reason = "the blocks of the earlier comparison session 1.0 count here: the workers differ in nice value"
    #expect(handicapped.reason.contains(reason))
    let void = try verdict { evidence in
      evidence.voids = (0..<5).map { BlockVoid(cell: Fixture.cell, block: $0, reason: "the machine slept for 20 s") }
    }
    #expect(void.gaps.map(\.code) == ["too_many_void_blocks"] && void.outcome == .inconclusive)
    let overridden = try verdict { evidence in
      for side in [\Evidence.resident, \.candidate] {
        evidence[keyPath: side].conditions = WorkerConditions(isOverridden: true)
      }
    }
    #expect(overridden.subject.resident.hasOverriddenWorker)
  }

  @Test(
    "Other weights, an unfinished session or another challenge are not gone on from",
    arguments: [
      { $0.state = .interrupted }, { $0.session.challenge = 2 }, { $0.session.environment = .underLoad },
      { $0.candidate.engine.threads = 7 }, { $0.candidate.provenance = .unverified },
      { $0.candidate.provenance = .hashed("candidate-weights", files: JSONObject([("config.json", "aa")])) },
    ] as [@Sendable (inout Evidence) -> Void])
  func notContinued(change: @escaping @Sendable (inout Evidence) -> Void) throws {
    let later = try Fixture.evidence({ _ in }) {
      $0.session.challenge = 1
      $0.session.startedAt += 1
    }
    let earlier = try Fixture.evidence({ _ in }) {
      $0.session.challenge = 1
      change(&$0)
    }
    #expect(!later.continues(earlier))
  }

  @Test("More of the same evidence never turns a win into doubt")
  func monotone() throws {
    var won = false
    for blocks in 6...30 {
      let verdict = try Fixture.verdict { ($0.blocks, $0.noise, $0.speed) = (blocks, 0.01, 1.05) }
      let isWon = verdict.objectives.first?.state == .won
      #expect(isWon || !won, "\(blocks) blocks")
      won = won || isWon
    }
    #expect(won)
  }
}

@Suite("How the evidence grew")
struct TraceTests {
  private struct Missing: Error {}

  @Test("A trace ends in the effect that the verdict decides on")
  func end() throws {
    let evidence = try Fixture.evidence { ($0.blocks, $0.noise) = (8, 0.02) }
    let verdict = try Judge(evidence).verdict()
    let traces = try Judge(evidence).traces()
    let effects =
      verdict.objectives.map(\.effect) + verdict.guardrails.filter(\.metric.isOfBlocks).prefix(1).map(\.effect)
    let last = traces.map { $0.points.last?.effect }
    for (effect, traced) in zip(effects, last) {
      guard case .ratio(let decided) = effect else { throw Missing() }
      #expect(traced?.ratio == decided.ratio)
      #expect(traced?.interval == decided.interval)
      #expect(traced?.blocks == decided.blocks)
    }
    #expect(last.count == effects.count)
    #expect(traces.map(\.points.count) == [8, 8])
    #expect(traces[0].threshold == 1.02)
    #expect(traces[1].threshold == 0.95)
  }

  @Test("A void block stands in its place and adds nothing")
  func void() throws {
    let whole = try Judge(Fixture.evidence()).traces()[0].points
    let evidence = try Fixture.evidence({ _ in }) {
      $0.voids = [BlockVoid(cell: "chat", block: 2, reason: "a fan stood still")]
    }
    let points = try Judge(evidence).traces()[0].points
    #expect(points.map(\.block) == whole.map(\.block))
    #expect(points[2].voidReason == "a fan stood still")
    #expect(points[2].betterRatio == whole[2].betterRatio)
    #expect(points[2].effect == points[1].effect)
    #expect(points[3].effect?.blocks == 3)
  }

  @Test("The blocks of the comparison before come first")
  func pooled() throws {
    let evidence = try Fixture.evidence()
    let points = try Judge(VerdictInputs(evidence, pooled: [evidence])).traces()[0].points
    #expect(points.count == 12)
    #expect(points.last?.effect?.blocks == 12)
  }
}
