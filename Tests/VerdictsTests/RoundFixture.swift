import Envelopes
import JSON
import Measurements
import Verdicts

/// A small comparison by rounds to vary: two cells, in both of which the candidate is a tenth faster.
struct RoundFixture {
  static let promptTokens = 16
  static let decodeTokens = 33
  static let decodeSlices = 16

  var rounds = 8
  var plannedRounds = 24
  var minimumRounds = 6
  /// How many times faster the candidate is, by cell.
  var speeds: [CellID: Double] = ["short": 1.1, "long": 1.1]
  /// How many times slower a slice is in which a side stalls.
  var stall = 1.0
  /// Every how many slices it does.
  var stallEvery = 10
  /// The relative size of a load's offset.
  var loadOffset = 0.004
  var minimumEffect = 0.02
  var guardrails: [JSONValue] = [
    ["metric": "cumulative_tokens_per_second", "cell": "short", "margin": 0.05],
    ["metric": "cumulative_tokens_per_second", "cell": "long", "margin": 0.05],
    ["metric": "total_time_ms", "margin": 0],
  ]
  /// Items of a task that is the primary objective in place of throughput; 0 for none.
  var items = 0
  /// Of them, those that the resident alone has wrong.
  var gained = 0
  /// Comparisons that a final verdict needs.
  var comparisons = 1
  var change: (inout Evidence) -> Void = { _ in }

  static func evidence(
    _ set: (inout RoundFixture) -> Void = { _ in }, _ change: @escaping (inout Evidence) -> Void = { _ in }
  ) throws -> Evidence {
    var fixture = RoundFixture()
    set(&fixture)
    fixture.change = change
    return try fixture.evidence()
  }

  static func verdict(
    _ set: (inout RoundFixture) -> Void = { _ in }, _ change: @escaping (inout Evidence) -> Void = { _ in }
  ) throws -> Verdict {
    try Judge(VerdictInputs(evidence(set, change))).verdict()
  }

  /// The verdict after earlier comparisons with those outcomes.
  static func verdict(prior outcomes: [String], comparisons: Int) throws -> Verdict {
    let decided = outcomes.enumerated().map { index, outcome in
      DecidedComparison(
        session: "earlier-\(index)", startedAt: Fixture.startedAt - Double(100 - index), environment: .isolated,
        outcome: outcome)
    }
    let evidence = try evidence({ $0.comparisons = comparisons })
    return try Judge(VerdictInputs(evidence, decided: decided)).verdict()
  }

  func evidence() throws -> Evidence {
    let envelope = try Envelope(source: source)
    var evidence = Evidence(
      session: Fixture.session(under: envelope), state: .complete, envelope: source,
      resident: Fixture.run("org/resident-4bit", .resident),
      candidate: Fixture.run("org/candidate-mixed", .candidate), residentSamples: samples(.resident),
      candidateSamples: samples(.candidate), voids: [])
    change(&evidence)
    return evidence
  }

  var source: JSONValue {
    [
      "schema": 2, "id": "rounds", "version": 1, "description": "For tests.",
      "sampling": ["temperature": 0, "top_p": 1, "seed": 1],
      "throughput": .array(
        ["short", "long"].map {
          [
            "id": $0, "text": "Hello.", "prompt_tokens": .integer(Self.promptTokens),
            "decode_tokens": .integer(Self.decodeTokens),
          ]
        }),
      "accuracy": .array(items > 0 ? [facts] : []), "tool_loops": [],
      "plan": [
        "rounds": .integer(plannedRounds), "minimum_rounds": .integer(minimumRounds), "order_seed": 1,
      ],
      "promotion": [
        "confidence": 0.95, "primary": primary,
        "guardrails": .array(guardrails),
        "unguarded": .array(
          Metric.scored.filter { $0.isOfThroughput || $0 == .peakMemory }.map {
            ["metric": .string($0.rawValue), "reason": "it is a test"]
          }),
        "maturity": ["comparisons": .integer(comparisons), "days_between": 0, "allow_provisional": false],
      ],
    ]
  }

  private var primary: JSONValue {
    [
      "metric": items > 0 ? "accuracy" : "cumulative_tokens_per_second", "min_effect": .number(minimumEffect),
      "expected_effect": 0.1, "cells": items > 0 ? ["facts": 1] : ["short": 1, "long": 1],
    ]
  }

  private var facts: JSONValue {
    [
      "id": "facts", "kind": "multiple_choice",
      "items": .array(
        (0..<items).map {
          ["id": .string("q\($0)"), "prompt": .string("Question \($0)?"), "options": ["a", "b"], "answer": 0]
        }),
    ]
  }

  private func answers(_ side: Side) -> [Sample] {
    (0..<items).map { item in
      let isRight = side == .candidate || item >= gained
      return Sample(
        place: Sample.Place(cell: "facts", block: 0, repetition: 0, item: "q\(item)"), startedAt: Fixture.startedAt,
        elapsedNanoseconds: 1, peakMemoryBytes: 400_000_000, loadAverage: 0.25,
        outcome: .answer(
          AnswerReading(
            answer: isRight ? "0" : "1", isCorrect: isRight, optionScores: [-1, -2], completionTokens: 0)))
    }
  }

  private func samples(_ side: Side) -> [Sample] {
    answers(side) + throughputSamples(side)
  }

  private func throughputSamples(_ side: Side) -> [Sample] {
    (0..<rounds).flatMap { round in
      (["short", "long"] as [CellID]).flatMap { cell in
        [0, 1].map { repetition in
          let reading = reading(side, cell, round, isSliced: repetition == 0)
          return Sample(
            place: Sample.Place(cell: cell, block: round, repetition: repetition), startedAt: Fixture.startedAt,
            elapsedNanoseconds: reading.slices.reduce(1) { $0 + $1.nanoseconds }, peakMemoryBytes: 400_000_000,
            loadAverage: 0.25, outcome: .throughput(reading))
        }
      }
    }
  }

  private func reading(_ side: Side, _ cell: CellID, _ round: Int, isSliced: Bool) -> ThroughputReading {
    // A fixed pattern without a mean, unlike on both sides: what matters is that rounds differ.
    let offset = loadOffset * Double((round * 5 + (side == .resident ? 0 : 3)) % 7 - 3) / 3
    let pace = (1 + offset) / (side == .candidate ? speeds[cell] ?? 1 : 1)
    var slices = [Slice(phase: .prefill, tokens: Self.promptTokens, nanoseconds: Int64(40_000_000 * pace))]
    var times = [slices[0].nanoseconds]
    let perSlice = (Self.decodeTokens - 1) / Self.decodeSlices
    for index in 0..<Self.decodeSlices {
      let isStalled = side == .candidate && (index + round) % stallEvery == 0
      let nanoseconds = Int64(20_000_000 * pace * (isStalled ? stall : 1))
      slices.append(Slice(phase: .decode, tokens: perSlice, nanoseconds: nanoseconds))
      let start = slices.dropLast().reduce(0) { $0 + $1.nanoseconds }
      times += (1...perSlice).map { start + nanoseconds * Int64($0) / Int64(perSlice) }
    }
    return ThroughputReading(
      promptTokens: Self.promptTokens, cachedTokens: 0, tokenNanoseconds: times, slices: isSliced ? slices : [])
  }
}
