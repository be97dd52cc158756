import Envelopes
import JSON
import Measurements
import Testing

@testable import Verdicts

/// Comparisons by rounds of one replay, in which the candidate's turns take `pace` of the resident's time.
@Suite("Replays by rounds")
struct TurnPairTests {
  private static let turns = 8
  private static let cell: CellID = "replay"

  private static func source(plannedRounds: Int) -> JSONValue {
    let round: JSONValue = ["user": "Find tea.", "calls": [["name": "find", "arguments": ["q": ["equals": "tea"]]]]]
    let tool: JSONValue = [
      "name": "find", "description": "For tests.", "result": "found",
      "parameters": ["type": "object", "properties": ["q": ["type": "string"]], "required": ["q"]],
    ]
    let unguarded: [Metric] = [.turnLatencyP95, .turnFirstToken, .cachedPrefixTokens, .peakMemory]
    let rounds = JSONValue.array(Array(repeating: round, count: turns))
    return [
      "schema": 2, "id": "replays", "version": 1, "description": "For tests.",
      "sampling": ["temperature": 0, "top_p": 1, "seed": 1], "throughput": [], "accuracy": [],
      "tool_sets": [["id": "set", "tools": [tool]]],
      "traces": [["id": "tea", "tools": "set", "system": "Use tools.", "rounds": rounds]],
      "tool_loops": [["id": "replay", "trace": "tea", "mode": "replay", "announce": "template", "max_tokens": 4]],
      "plan": ["rounds": .integer(plannedRounds), "minimum_rounds": 6, "order_seed": 1],
      "promotion": [
        "confidence": 0.95,
        "primary": [
          "metric": "turn_latency_p50_ms", "cells": ["replay": 1], "min_effect": 0.02, "expected_effect": 0.1,
        ],
        "guardrails": [["metric": "loop_tokens_per_second", "cell": "replay", "margin": 0.05]],
        "unguarded": .array(unguarded.map { ["metric": .string($0.rawValue), "reason": "it is a test"] }),
        "maturity": ["comparisons": 1, "days_between": 0, "allow_provisional": false],
      ],
    ]
  }

  private static func samples(_ side: Side, rounds: Int, pace: Double) -> [Sample] {
    (0..<rounds).flatMap { round in
      (1...turns).map { turn in
        // A fixed pattern without a mean, unlike on both sides: what matters is that rounds differ.
        let offset = 0.004 * Double((round * 5 + (side == .resident ? 0 : 3)) % 7 - 3) / 3
        let scale = Double(turn) * (1 + offset) * (side == .candidate ? pace : 1)
        let times = ThroughputReading(
          promptTokens: 20 * turn, cachedTokens: 20 * (turn - 1),
          tokenNanoseconds: (1...4).map { Int64(10e6 * Double($0) * scale) })
        return Sample(
          place: Sample.Place(cell: cell, block: round, repetition: 0, round: turn), startedAt: Fixture.startedAt,
          elapsedNanoseconds: Int64(50e6 * scale), peakMemoryBytes: 400_000_000, loadAverage: 0.25,
          outcome: .turn(TurnReading(times: times)))
      }
    }
  }

  private static func verdict(
    rounds: Int = 8, of plannedRounds: Int = 8, pace: Double = 0.9, _ change: (inout Evidence) -> Void = { _ in }
  ) throws -> Verdict {
    let envelope = try Envelope(source: source(plannedRounds: plannedRounds))
    var evidence = Evidence(
      session: Fixture.session(under: envelope), state: .complete, envelope: envelope.source,
      resident: Fixture.run("org/resident-4bit", .resident),
      candidate: Fixture.run("org/candidate-mixed", .candidate),
      residentSamples: samples(.resident, rounds: rounds, pace: pace),
      candidateSamples: samples(.candidate, rounds: rounds, pace: pace), voids: [])
    change(&evidence)
    return try Judge(VerdictInputs(evidence)).verdict()
  }

  @Test("A candidate whose turns are faster is promoted, with the round as the unit")
  func faster() throws {
    let verdict = try Self.verdict()
    #expect(verdict.outcome == .promote, "\(verdict.reason)")
    #expect(verdict.ratio?.blocks == 8)
    #expect(abs((verdict.ratio?.ratio ?? 0) - 1 / 0.9) < 0.01)
    #expect(verdict.blocks == [BlockTally(cell: Self.cell, planned: 8, used: 8, void: 0)])
  }

  @Test("A turn that stalls is an outlier among the pairs of turns, and counts in the rate of the loop")
  func stall() throws {
    let verdict = try Self.verdict { evidence in
      evidence.change(.candidate, where: { $0.round == 8 }) { $0.elapsedNanoseconds *= 3 }
    }
    #expect(abs((verdict.ratio?.ratio ?? 0) - 1 / 0.9) < 0.01)
    #expect(verdict.guardrails.first?.state == .broken)
    #expect(verdict.outcome == .reject)
  }

  @Test("A round in which a side lacks a turn does not count")
  func missingTurn() throws {
    let verdict = try Self.verdict { evidence in
      evidence.remove(.candidate) { $0.place.block == 3 && $0.place.round == 5 }
    }
    #expect(verdict.ratio?.blocks == 7)
    #expect(verdict.blocks.first?.used == 7)
  }

  @Test("A second pass of a model in one round is refused")
  func secondPass() throws {
    let verdict = try Self.verdict { evidence in
      evidence.change(.candidate, where: { $0.block == 7 }) { ($0.place.block, $0.place.repetition) = (0, 1) }
    }
    #expect(verdict.refusals.map(\.code) == ["stray_samples"])
  }

  @Test("Measuring ends on what replays show, without the rounds that are left")
  func stop() throws {
    let won = try Self.verdict(of: 24)
    #expect(won.stop == .win && won.outcome == .promote && won.gaps.isEmpty)
    let equal = try Self.verdict(of: 24, pace: 1)
    #expect(equal.stop == .futility && equal.outcome == .hold)
  }
}
