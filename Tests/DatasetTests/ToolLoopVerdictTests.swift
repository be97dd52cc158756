import JSON
import Measurements
import Testing
import Verdicts

@testable import Dataset

@Suite("Verdicts about tool loops in a dataset")
struct ToolLoopVerdictTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private static let turns = 6

  private static func envelope(schema: Int) -> JSONValue {
    let round: JSONValue = [
      "user": "Find tea.", "calls": [["name": "find", "arguments": ["q": ["equals": "tea"]]]],
    ]
    let tool: JSONValue = [
      "name": "find", "description": "For tests.", "result": "found",
      "parameters": ["type": "object", "properties": ["q": ["type": "string"]], "required": ["q"]],
    ]
    var replay = JSONObject([
      ("id", "replay"), ("trace", "tea-time"), ("mode", "replay"), ("announce", "template"), ("max_tokens", 4),
      ("padding", ["characters": 600, "seed": 1]),
    ])
    var plan: JSONValue = ["rounds": 6, "order_seed": 1]
    if schema == 1 {
      replay["blocks"] = 6
      plan = ["blocks": 6, "warm_ups": 0, "order_seed": 1, "void_limit": 0.5]
    }
    return [
      "schema": .integer(schema), "id": "smoke", "version": 1, "description": "For tests.",
      "sampling": ["temperature": 0, "top_p": 1, "seed": 1], "throughput": [], "accuracy": [],
      "tool_sets": [["id": "set", "tools": [tool]]],
      "traces": [
        [
          "id": "tea-time", "tools": "set", "system": "Use tools.",
          "rounds": .array(Array(repeating: round, count: turns)),
        ]
      ],
      "tool_loops": [
        ["id": "live", "trace": "tea-time", "mode": "live", "announce": "system_prompt", "max_tokens": 8],
        .object(replay),
      ],
      "plan": plan, "promotion": .object(rule(schema: schema)),
    ]
  }

  private static func rule(schema: Int) -> JSONObject {
    var rule = JSONObject([
      ("confidence", 0.95),
      (
        "guardrails",
        [
          ["metric": "valid_tool_call_rate", "cell": "live", "margin": 0.5],
          ["metric": "first_degraded_round", "cell": "live", "margin": 0.9],
          ["metric": "loop_tokens_per_second", "cell": "replay", "margin": 0.1],
        ]
      ),
      ("maturity", ["comparisons": 1, "days_between": 0, "allow_provisional": true]),
    ])
    if schema == 1 {
      rule["objectives"] = [["metric": "turn_latency_p50_ms", "cell": "replay", "min_effect": 0.01]]
      return rule
    }
    rule["primary"] = [
      "metric": "turn_latency_p50_ms", "cells": ["replay": 1], "min_effect": 0.01, "expected_effect": 0.1,
    ]
    let metrics: [Metric] = [
      .answeredShare, .turnLatencyP95, .turnFirstToken, .cachedPrefixTokens, .peakMemory,
    ]
    rule["unguarded"] = .array(metrics.map { ["metric": .string($0.rawValue), "reason": "it is a test"] })
    return rule
  }

  private static func turn(_ place: Sample.Place, _ pace: Double, _ judgement: TurnJudgement? = nil) -> Sample {
    let times = ThroughputReading(
      promptTokens: 90, cachedTokens: place.round == 1 ? 0 : 80,
      tokenNanoseconds: (1...4).map { Int64(1e7 * Double($0) * pace) })
    var sample = MeasuredSide.sample(place.cell, .turn(TurnReading(times: times, judgement: judgement)))
    sample.place = place
    sample.elapsedNanoseconds = Int64((5e7 + 1e5 * Double(place.block)) * pace)
    return sample
  }

  /// A side that makes no call in the turns named.
  private static func side(_ side: MeasuredSide, schema: Int, pace: Double, failing: Set<Int>) -> MeasuredSide {
    var side = side
    let live = (1...turns).map { round in
      let isMissed = failing.contains(round)
      return turn(
        .init(cell: "live", block: 0, repetition: 0, round: round), pace,
        TurnJudgement(
          parser: "json_tools", failures: isMissed ? ["no_call", "truncated"] : [],
          detail: isMissed ? "no call" : "", isAnswered: true, text: isMissed ? "I am not sure." : "find tea"))
    }
    let replay = (0..<6).flatMap { block in
      (0..<(schema == 1 ? 2 : 1)).flatMap { repetition in
        (1...turns).map { turn(.init(cell: "replay", block: block, repetition: repetition, round: $0), pace) }
      }
    }
    side.samples = live + replay
    return side
  }

  /// The verdict as it is recorded, and what verifying the export finds.
  private func verify(
    schema: Int, _ change: (inout MeasuredSide) -> Void = { _ in }
  ) throws -> (verdict: Verdict, findings: [DatasetVerifier.Finding]) {
    var candidate = Self.side(.candidate, schema: schema, pace: 0.8, failing: [2, 5])
    change(&candidate)
    let number = try fixture.comparison(
      envelope: Self.envelope(schema: schema),
      resident: Self.side(.resident, schema: schema, pace: 1, failing: [4]), candidate: candidate)
    let verdict = try Judge(fixture.store.verdictInputs(of: number)).verdict()
    try fixture.store.record(verdict: verdict.json, outcome: verdict.outcome.rawValue, for: number)
    #expect(try fixture.exporter().export().refused.isEmpty)
    return (verdict, try DatasetVerifier(fixture.dataset()).findings())
  }

  @Test("A verdict verifies from its own export", arguments: [1, 2])
  func verified(schema: Int) throws {
    let (verdict, findings) = try verify(schema: schema)
    #expect(verdict.gaps.isEmpty && verdict.refusals.isEmpty, "\(verdict.gaps) \(verdict.refusals)")
    #expect(findings.map(\.state) == [.same], "\(findings.flatMap(\.details))")
  }

  @Test("A verdict that lacks turns verifies as well, with the rounds by their names", arguments: [1, 2])
  func gaps(schema: Int) throws {
    let (verdict, findings) = try verify(schema: schema) { side in
      side.samples.removeAll { $0.place.cell == "live" && $0.place.round == 3 }
    }
    #expect(verdict.gaps.contains { $0.code == "unpaired_items" })
    #expect(findings.map(\.state) == [.same], "\(findings.flatMap(\.details))")
    let text = try #require(try fixture.rows(.verdicts).first?["verdict"]?.string)
    #expect(text.contains("\"round 3\""))
  }

  @Test("Regimes and counts of failures leave in the program's words, and no other members do")
  func members() throws {
    _ = try verify(schema: 2)
    let text = try #require(try fixture.rows(.verdicts).first?["verdict"]?.string)
    let facts = try #require(try JSONValue(parsing: text)["facts"]?.array)
    let live = try #require(facts.first { $0["cell"] == "live" && $0["side"] == "candidate" }?["loop"])
    let regime: JSONValue =
      "live of tea-time, 6 rounds, at most 8 tokens a turn, 1 tool in the system prompt, prefix reused, concurrency 1"
    #expect(live["regime"] == regime)
    #expect(live["failures"] == ["no_call": 2, "truncated": 2])
    #expect(live["first_degraded_round_interval"]?.object?.names == ["lower", "upper"])
    #expect(!text.contains("not sure"))
    let redactor = Redactor(identity: Fixture.identity)
    #expect(
      redactor.verdict(["failures": ["no_call": 1, "s3cret": 2]], names: []) == ["failures": ["no_call": 1]])
    let planted = redactor.regime("live of tea, asked at wonder by alice, 3 rounds")
    #expect(planted == "live of tea, …, 3 rounds")
    #expect(redactor.regime("s3cret plans") == "…")
  }
}
