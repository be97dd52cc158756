import Calibration
import Envelopes
import JSON
import Measurements
import Promotion
import Testing

@testable import Nightly

@Suite("What a night plans by the sentinel")
struct SentinelScheduleTests {
  private let folder: NightFolder
  private let plan: NightPlan

  init() throws {
    folder = try NightFolder()
    try folder.folder.write(Self.envelope.serialized(), to: "rounds.json")
    try folder.folder.write("{\"at_seconds\": 1, \"prompt\": \"Hi\", \"max_tokens\": 4}\n", to: "load.jsonl")
    plan = try folder.plan(
      ["a"],
      [
        ("envelopes", ["rounds.json"]), ("sentinel", true), ("environments", ["isolated", "under-load"]),
        ("load", ["stream": "load.jsonl"]),
      ])
  }

  private func reading(
    _ interval: ClosedRange<Double>, deviation: Double = 0.01, at start: Double = 0,
    _ environment: EnvironmentClass = .isolated, isSharp: Bool = true
  ) -> SentinelReading {
    SentinelReading(
      session: 1, startedAt: start, model: "old", copySide: .candidate, envelopeID: "rounds",
      envelope: plan.envelopes[0].hash, environment: environment, metric: .cumulativeTokensPerSecond,
      ratio: (interval.lowerBound + interval.upperBound) / 2, interval: interval, confidence: 0.95, unit: .rounds,
      pairs: 20, deviation: deviation, isSharp: isSharp)
  }

  private func schedule(_ sentinels: [SentinelReading], _ plan: NightPlan? = nil) -> NightSchedule {
    let plan = plan ?? self.plan
    let progress = plan.progress(residents: ["default": "old"], folders: [:], past: [])
    return NightSchedule(
      plan, NightSurvey(residents: ["default": "old"], progress: progress, past: []), sentinels: sentinels, now: 0)
  }

  @Test("The sentinel comes first, and says so if the one before it is off zero on either side")
  func place() {
    for before in [[], [reading(0.99...1.01)]] {
      let first = schedule(before).tasks.first
      #expect(first?.kind == .sentinel && first?.reason == "what the host's own noise is")
    }
    for interval in [0.95...0.99, 1.01...1.05] {
      let first = schedule([reading(interval)]).tasks.first
      #expect(first?.kind == .sentinel && first?.reason.contains("off zero") == true)
    }
  }

  @Test("One that covers zero because it covers whatever is expected ends no block")
  func tooWide() {
    let wide = reading(0.8...1.2, at: 1, isSharp: false)
    #expect(!wide.isDecisive && wide.text.contains("would end no block"))
    #expect([wide, reading(1.01...1.05)].blocking?.interval == 1.01...1.05)
    #expect([wide, reading(0.99...1.01)].blocking == nil && [wide].blocking == nil)
    // Off zero it is, however wide.
    #expect([reading(1.01...1.5, isSharp: false)].blocking != nil)
  }

  @Test("It is measured again in the class in which it is off zero")
  func environment() {
    let tasks = schedule([reading(0.99...1.01, at: 1), reading(1.01...1.05, .underLoad)]).tasks
    #expect(tasks.first?.kind == .sentinel && tasks.first?.environment == .underLoad)
  }

  @Test("A plan without candidates has the sentinel alone")
  func alone() throws {
    var plan = plan
    plan.candidates = []
    #expect(schedule([], plan).tasks.map(\.kind) == [.sentinel])
  }

  @Test("The rounds that the expected effect takes grow with the sentinel's spread, up to what no plan can decide")
  func forecast() throws {
    let envelope = plan.envelopes[0]
    func forecast(_ deviation: Double) -> RoundForecast? {
      RoundForecast(envelope, in: .isolated, by: [reading(0.99...1.01, deviation: deviation)])
    }
    #expect(forecast(0.005)?.rounds == envelope.plan.minimumBlocks)
    let middle = try #require(forecast(0.08)?.rounds)
    #expect(middle > envelope.plan.minimumBlocks && middle < envelope.plan.blocks)
    let noisy = try #require(forecast(0.5))
    #expect(noisy.rounds == nil && noisy.limit == envelope.plan.blocks && noisy.expectedEffect == 0.1)
  }

  @Test("The night and `envelope show` foresee the same rounds for the same scatter")
  func sameForecast() throws {
    let envelope = plan.envelopes[0]
    let shown = try #require(try DecisionForecast(envelope, fitting: [])?.effects)
    let outlook = try #require(shown.outlooks.first { $0.effect == envelope.promotion.objectives[0].expectedEffect })
    let sentinel = reading(0.99...1.01, deviation: shown.noise.deviation)
    let night = try #require(RoundForecast(envelope, in: .isolated, by: [sentinel]))
    #expect(outlook.wonShare >= 0.5 && night.rounds == outlook.medianRounds)
  }

  @Test("Only a sentinel of the same envelope and class tells")
  func otherConditions() {
    #expect(RoundForecast(plan.envelopes[0], in: .underLoad, by: [reading(0.99...1.01)]) == nil)
    var other = reading(0.99...1.01)
    other.envelope = "0"
    #expect(RoundForecast(plan.envelopes[0], in: .isolated, by: [other]) == nil)
  }

  @Test("The schedule says what is foreseen, and guesses the minutes of so many rounds")
  func printed() throws {
    let minutes = try #require(schedule([]).tasks.first { $0.kind == .comparison }?.minutes)
    let quiet = schedule([reading(0.99...1.01, deviation: 0.005)])
    let comparison = try #require(quiet.tasks.first { $0.kind == .comparison })
    #expect(comparison.minutes < minutes)
    #expect(quiet.text(budget: 60).contains("a gain of 10 % takes about 6 of 24 rounds here"))
    #expect(
      quiet.json["tasks"]?.array?.contains { $0["forecast"]?["rounds"]?.integer == 6 } == true)
    let noisy = schedule([reading(0.5...2, deviation: 0.5)])
    #expect(noisy.tasks.first { $0.kind == .comparison }?.minutes == minutes)
    #expect(noisy.text(budget: 60).contains("24 rounds cannot be expected to show a gain of 10 % here"))
  }

  private static let envelope: JSONValue = [
    "schema": 2, "id": "rounds", "version": 1, "description": "For tests.",
    "sampling": ["temperature": 0, "top_p": 1, "seed": 1],
    "throughput": [["id": "short", "text": "Tea. ", "prompt_tokens": 8, "decode_tokens": 8]], "accuracy": [],
    "plan": ["rounds": 24, "minimum_rounds": 6, "order_seed": 1],
    "promotion": [
      "confidence": 0.95,
      "primary": [
        "metric": "cumulative_tokens_per_second", "min_effect": 0.02, "expected_effect": 0.1, "cells": ["short": 1],
      ],
      "guardrails": [],
      "unguarded": .array(
        Metric.scored.filter { $0.isOfThroughput || $0 == .peakMemory }.map {
          ["metric": .string($0.rawValue), "reason": "it is a test"]
        }),
      "maturity": ["comparisons": 1, "days_between": 0, "allow_provisional": false],
    ],
  ]
}
