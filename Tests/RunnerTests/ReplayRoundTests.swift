import Envelopes
import JSON
import Measurements
import Synchronization
import Testing
import Verdicts

@testable import Runner

/// Whole sessions by rounds of a live loop and a replay.
@Suite("Tool loops by rounds", .serialized)
struct ReplayRoundTests {
  private static let turns = 6

  private static func envelope() throws -> Envelope {
    var source = try #require(try ScriptedLoop.envelope(rounds: turns).source.object)
    let loops = ["live", "replay"].map { mode -> JSONValue in
      ["id": .string(mode), "trace": "tea", "mode": .string(mode), "announce": "template", "max_tokens": 16]
    }
    let unguarded: [Metric] = [
      .validToolCallRate, .answeredShare, .firstDegradedRound, .turnLatencyP95, .turnFirstToken, .loopTokensPerSecond,
      .cachedPrefixTokens, .peakMemory,
    ]
    source["schema"] = 2
    source["tool_loops"] = .array(loops)
    // What a hypervisor takes from the tests voids none of their rounds.
    source["environment"] = ["max_steal_share": 1]
    source["plan"] = ["rounds": .integer(ScriptedRounds.rounds), "order_seed": 1, "void_limit": 0.9]
    source["promotion"] = [
      "confidence": 0.95,
      "primary": [
        "metric": "turn_latency_p50_ms", "cells": ["replay": 1], "min_effect": 0.02, "expected_effect": 0.1,
      ],
      "guardrails": [],
      "unguarded": .array(unguarded.map { ["metric": .string($0.rawValue), "reason": "It is a test."] }),
      "maturity": ["comparisons": 1, "days_between": 0, "allow_provisional": true],
    ]
    return try Envelope(source: .object(source))
  }

  private static func script(_ weights: String, takesTools: Bool = true) -> JSONObject {
    JSONObject([
      ("weights", .string(weights)), ("outputs", [["text": .string(RecordedOutputs.right)]]),
      ("chat", ["takes_tools": .bool(takesTools), "takes_thinking": false, "parser": "json_tools"]),
    ])
  }

  private static func plan(_ rounds: ScriptedRounds, candidateTakesTools: Bool = true) throws -> MeasurementPlan {
    try rounds.plan(
      envelope(), [.resident: script("r"), .candidate: script("c", takesTools: candidateTakesTools)])
  }

  @Test("Live loops run once and first, and in every round fresh workers replay a loop in alternating turns")
  func order() async throws {
    let rounds = try ScriptedRounds()
    let measured = Mutex<[(side: Side, place: Sample.Place)]>([])
    let number = try await MeasurementRunner(try Self.plan(rounds), store: rounds.store) { event in
      if case .measured(let side, let sample) = event { measured.withLock { $0.append((side, sample.place)) } }
    }.run()
    let events = measured.withLock { $0 }
    #expect(events.prefix(2 * Self.turns).allSatisfy { $0.place.cell == "live" })
    let replays = Array(events.dropFirst(2 * Self.turns))
    #expect(replays.count == 2 * Self.turns * ScriptedRounds.rounds)
    #expect(replays.allSatisfy { $0.place.cell == "replay" && $0.place.repetition == 0 })
    for start in stride(from: 0, to: replays.count, by: 4) {
      let pairs = replays[start..<start + 4]
      let sides = pairs.map { $0.side }
      #expect(sides == sides.reversed() && sides[0] != sides[1])
      let first = (start / 2) % Self.turns + 1
      #expect(pairs.map { $0.place.round } == [first, first, first + 1, first + 1])
      #expect(Set(pairs.map { $0.place.block }) == [start / (2 * Self.turns)])
    }
    let byRun = try rounds.store.samplesByRun(of: number).map { samples in
      Set(samples.filter { $0.place.cell == "replay" }.map(\.place.block))
    }
    let expected: [Set<Int>] = (0..<2 * ScriptedRounds.rounds).map { [$0 / 2] }
    #expect(byRun == expected)
    let verdict = try Judge(rounds.store.verdictInputs(of: number)).verdict()
    #expect(verdict.blocks.map(\.used) == [ScriptedRounds.rounds] && verdict.gaps.isEmpty)
    #expect(verdict.objectives.first?.effect != nil)
  }

  @Test("Where a loop is not for one of the models, both leave it, and a resumed session does not repeat it")
  func notApplicable() async throws {
    let rounds = try ScriptedRounds()
    let plan = try Self.plan(rounds, candidateTakesTools: false)
    // After the live loops, of which the candidate's is one sample, and about two rounds.
    await #expect(throws: CancellationError.self) { try await rounds.run(plan, cancellingAfter: Self.turns + 5) }
    let number = try await MeasurementRunner(plan, store: rounds.store).run(resuming: true)
    let replays = try rounds.store.samples(of: number, side: nil).filter { $0.place.cell == "replay" }
    let byRound = Dictionary(grouping: replays, by: \.place.block)
    // The round that was cut may have a sample of either side.
    let cut = Set(try rounds.store.session(number).voids.map(\.block))
    #expect(cut.count <= 1 && byRound.count <= ScriptedRounds.rounds + 1)
    #expect(byRound.values.allSatisfy { $0.count <= 2 && $0.allSatisfy { $0.place.round == 1 } })
    let whole = byRound.filter { !cut.contains($0.key) }.values
    #expect(whole.count { $0.contains { $0.status == .notApplicable } } == ScriptedRounds.rounds)
  }

  @Test("A replay that is cut within a round is repeated with it in fresh workers")
  func resume() async throws {
    let rounds = try ScriptedRounds()
    let plan = try Self.plan(rounds)
    let perRound = 2 * Self.turns
    await #expect(throws: CancellationError.self) {
      try await rounds.run(plan, cancellingAfter: perRound + perRound + 5)
    }
    let number = try await MeasurementRunner(plan, store: rounds.store).run(resuming: true)
    let record = try rounds.store.session(number)
    #expect(record.state == .complete)
    #expect(record.voids == [BlockVoid(cell: "replay", block: 1, reason: "interrupted after 5 of 12 samples")])
    let samples = try rounds.store.samples(of: number, side: nil)
    #expect(samples.count { $0.place.cell == "live" } == perRound)
    let replays = samples.filter { $0.place.cell == "replay" }
    #expect(
      Dictionary(grouping: replays, by: \.place.block).mapValues(\.count)
        == [0: 12, 1: 5, 2: 12, 3: 12, 4: 12, 5: 12, 6: 12])
  }

  @Test("Planned samples are the turns of live loops and of all rounds, and those that are not taken are told")
  func planned() async throws {
    let rounds = try ScriptedRounds()
    let counts = Mutex<(planned: Int, measured: Int, skipped: Int)>((0, 0, 0))
    let plan = try Self.plan(rounds, candidateTakesTools: false)
    let number = try await MeasurementRunner(plan, store: rounds.store) { event in
      counts.withLock { counts in
        switch event {
        case .planned(let total, _): counts.planned = total
        case .measured: counts.measured += 1
        case .skipped(let count): counts.skipped += count
        default: break
        }
      }
    }.run()
    let (planned, measured, skipped) = counts.withLock { $0 }
    #expect(planned == 2 * Self.turns * (1 + ScriptedRounds.rounds))
    // A round that the machine made void is measured again, beyond the plan.
    let again = 2 * Self.turns * (try rounds.store.session(number).voids.count)
    #expect(measured + skipped == planned + again)
  }
}
