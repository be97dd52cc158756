import Foundation
import JSON
import Measurements
import Testing
import ToolCalls

@testable import Envelopes

@Suite("Tool loops of envelopes") struct ToolLoopEnvelopeTests {
  private static func shipped(_ name: String) throws -> Envelope {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try Envelope(contentsOf: root.appending(path: "envelopes/\(name).json"))
  }

  @Test("The shipped loops have 20 tools or more, 20 rounds, both modes and both cache states")
  func shipped() throws {
    for name in ["tool-loop", "tool-loop-small"] {
      let envelope = try Self.shipped(name)
      #expect(envelope.id == name)
      #expect(envelope.schema == .rounds && envelope.version == 2)
      #expect(envelope.toolLoops.allSatisfy { $0.trace.tools.tools.count >= 20 })
      #expect(envelope.toolLoops.contains { $0.trace.rounds.count == 20 && $0.mode == .live })
      let replays = envelope.toolLoops.filter { $0.mode == .replay && $0.trace.rounds.count == 20 }
      #expect(Set(replays.map(\.reusesPrefix)) == [true, false])
      #expect(envelope.toolLoops.contains { $0.padding != nil })
    }
    #expect(Set(try Self.shipped("tool-loop").toolLoops.compactMap(\.thinking)) == [true, false])
  }

  @Test("The scripted calls of the shipped traces are valid by their own judge") func scriptedCalls() throws {
    for cell in try Self.shipped("tool-loop").toolLoops + Self.shipped("tool-loop-small").toolLoops {
      let judge = CallJudge(parser: .jsonTools, tools: cell.trace.tools.tools)
      for round in cell.trace.rounds {
        let text = round.reply + round.scriptedCalls.map { "<tool_call>\($0.json.serialized())</tool_call>" }.joined()
        let judgement = judge.judge(text, isCutOff: false, expected: round.calls)
        #expect(judgement.isValid, "\(cell.id): \(judgement.detail)")
      }
    }
  }

  @Test("Padding is the same for the same seed and round, and as long as asked for") func padding() {
    let padding = ToolLoopCell.Padding(characters: 1000, seed: 7)
    #expect(padding.text(forRound: 3, of: 4).count == 250)
    #expect(padding.text(forRound: 3, of: 4) == padding.text(forRound: 3, of: 4))
    #expect(padding.text(forRound: 3, of: 4) != padding.text(forRound: 4, of: 4))
  }

  private static func problems(_ change: (inout JSONObject) -> Void) throws -> [String] {
    let tool: JSONValue = [
      "name": "find", "description": "Finds.",
      "parameters": ["type": "object", "properties": ["q": ["type": "string"]], "required": ["q"]],
    ]
    var source = JSONObject([
      ("schema", 1), ("id", "test"), ("version", 1), ("description", "For tests."),
      ("sampling", ["temperature": 0, "top_p": 1, "seed": 0]), ("throughput", []), ("accuracy", []),
      ("tool_sets", [["id": "set", "tools": [tool]]]),
      (
        "traces",
        [
          [
            "id": "tea", "tools": "set", "system": "Use tools.",
            "rounds": [["user": "Tea?", "calls": [["name": "find", "arguments": ["q": ["equals": "tea"]]]]]],
          ]
        ]
      ),
      (
        "tool_loops",
        [["id": "loop", "trace": "tea", "mode": "live", "announce": "template", "max_tokens": 16]]
      ),
      ("plan", ["blocks": 1, "warm_ups": 0, "order_seed": 1, "void_limit": 0.5]),
      (
        "promotion",
        [
          "confidence": 0.9, "objectives": [["metric": "valid_tool_call_rate", "cell": "loop", "min_effect": 0.1]],
          "guardrails": [], "maturity": ["comparisons": 1, "days_between": 0, "allow_provisional": true],
        ]
      ),
    ])
    change(&source)
    do throws(EnvelopeError) {
      _ = try Envelope(source: .object(source))
      return []
    } catch {
      guard case .invalid(_, let problems) = error else { return [] }
      return problems.map(\.description)
    }
  }

  private static func rounds(_ calls: JSONValue) -> JSONValue {
    [["id": "tea", "tools": "set", "system": "Use tools.", "rounds": [["user": "Tea?", "calls": calls]]]]
  }

  @Test("A loop without problems is read") func valid() throws {
    #expect(try Self.problems { _ in } == [])
  }

  @Test("Problems of traces are reported with their paths") func paths() throws {
    let start = "traces[0].rounds[0].calls[0]"
    func problems(_ call: JSONValue) throws -> [String] {
      try Self.problems { $0["traces"] = Self.rounds([call]) }
    }
    #expect(
      try problems(["name": "look", "arguments": [:]]) == ["\(start).name: there is no tool \"look\" in set"])
    #expect(
      try problems(["name": "find", "arguments": [:]]) == ["\(start).arguments: lacks q, which find requires"])
    #expect(
      try problems(["name": "find", "arguments": ["q": ["matches": "("], "x": ["equals": 1]]]) == [
        "\(start).arguments.q.matches: must be a regular expression of at most 1000 bytes with at most 64 brackets, not the string \"(\"",
        "\(start).arguments.x: find has no argument of that name",
      ])
    #expect(
      try problems(["name": "find", "arguments": ["q": ["within": [1, 2], "example": 3]]]) == [
        "\(start).arguments.q.example: does not pass its own check"
      ])
    #expect(
      try problems(["name": "find", "arguments": ["q": [:]]]) == [
        "\(start).arguments.q: must have one of equals, one_of, matches, within, schema, elements, members, any_of, but"
          + " has none"
      ])
  }

  /// A replay and a live loop by rounds, of which the guardrails with these metrics are left out.
  private static func roundProblems(
    without metrics: Set<Metric> = [], replay members: [(String, JSONValue)] = [],
    primary: (metric: Metric, cell: String) = (.loopTokensPerSecond, "replay")
  ) throws -> [String] {
    try problems { source in
      var replay = JSONObject([
        ("id", "replay"), ("trace", "tea"), ("mode", "replay"), ("announce", "template"), ("max_tokens", 16),
      ])
      for (name, value) in members { replay[name] = value }
      let live: JSONValue = ["id": "live", "trace": "tea", "mode": "live", "announce": "template", "max_tokens": 16]
      let rules: [(Metric, String?)] = [
        (.turnLatencyP50, "replay"), (.turnLatencyP95, "replay"), (.turnFirstToken, "replay"),
        (.loopTokensPerSecond, "replay"), (.validToolCallRate, "live"), (.answeredShare, "live"),
        (.firstDegradedRound, "live"), (.peakMemory, nil),
      ]
      let guardrails = rules.filter { !metrics.contains($0.0) }.map { metric, cell -> JSONValue in
        var rule = JSONObject([("metric", .string(metric.rawValue)), ("margin", 0.1)])
        rule["cell"] = cell.map { .string($0) }
        return .object(rule)
      }
      source["schema"] = 2
      source["tool_loops"] = [.object(replay), live]
      source["plan"] = ["rounds": 6, "order_seed": 1]
      source["promotion"] = [
        "confidence": 0.9,
        "primary": [
          "metric": .string(primary.metric.rawValue), "cells": .object(JSONObject([(primary.cell, 1)])),
          "min_effect": 0.1, "expected_effect": 0.2,
        ],
        "guardrails": .array(guardrails), "maturity": ["comparisons": 1, "days_between": 0, "allow_provisional": true],
      ]
    }
  }

  @Test("By rounds every metric of a loop needs a guardrail, the primary objective, or a reason")
  func coverage() throws {
    #expect(try Self.roundProblems() == [])
    // The primary objective covers its own cell.
    #expect(try Self.roundProblems(without: [.loopTokensPerSecond]) == [])
    for metric in [Metric.turnLatencyP95, .turnFirstToken, .validToolCallRate, .answeredShare, .firstDegradedRound] {
      let problems = try Self.roundProblems(without: [metric])
      #expect(problems.count == 1 && problems.first?.contains("lacks \(metric) of") == true, "\(problems)")
    }
    let memory = try Self.roundProblems(without: [.peakMemory])
    #expect(memory.count == 1 && memory.first?.contains("lacks peak_memory_bytes;") == true)
  }

  @Test("By rounds no live loop is the primary objective", arguments: [Metric.validToolCallRate, .answeredShare])
  func primaries(_ metric: Metric) throws {
    #expect(
      try Self.roundProblems(primary: (metric, "live")) == [
        "promotion.primary.cells.live: is one live loop, whose turns depend on each other: it can have guardrails, but shows no gain"
      ])
  }

  @Test("By rounds a replay has no blocks of its own")
  func blocks() throws {
    let problems = try Self.roundProblems(replay: [("blocks", 2)])
    #expect(problems.count == 1 && problems.first?.hasPrefix("tool_loops[0].blocks: is an unknown key") == true)
  }

  @Test("Each model replays a loop once per round and runs a live one once")
  func requests() throws {
    let envelope = try Self.shipped("tool-loop-small")
    let (live, replayed) = envelope.toolLoops.reduce(into: (0, 0)) { counts, cell in
      if cell.mode == .live { counts.0 += cell.trace.rounds.count } else { counts.1 += cell.trace.rounds.count }
    }
    #expect(envelope.requests.turns == 2 * (live + replayed * envelope.plan.blocks))
  }

  @Test("A metric of live loops is refused for a replay") func metrics() throws {
    let problems = try Self.problems { source in
      source["tool_loops"] = [
        ["id": "loop", "trace": "tea", "mode": "replay", "announce": "template", "max_tokens": 16]
      ]
    }
    #expect(
      problems == [
        "promotion.objectives[0].cell: valid_tool_call_rate is measured by live loops, and \"loop\" is none; there is none"
      ])
  }
}
