import Envelopes
import Foundation
import JSON
import Measurements
import Store
import Testing
import Verdicts

@testable import Runner

/// Streams that are played to workers in real processes, some with a planted leak.
@Suite("Endurance", .serialized)
struct EnduranceTests {
  private static let cycle = 6

  private static func envelope(requests: Int = 120, warmUps: Int = 4) throws -> Envelope {
    let stream: [JSONValue] = [
      ["do": "reset", "text": "The fox. ", "decode_tokens": 4],
      ["do": "grow", "text": "The hen. ", "repeat": 2, "decode_tokens": 4],
      ["do": "cancel", "text": "The fox. ", "decode_tokens": 4, "after_milliseconds": 500],
      ["do": "together", "text": "The hen. ", "sequences": 3, "decode_tokens": 4],
      ["do": "reset", "text": "The fox. ", "repeat": 3, "decode_tokens": 4],
      ["do": "grow", "text": "The end. ", "decode_tokens": 4],
    ]
    let base = try ScriptedRounds.envelope(cells: ["a"])
    var promotion = base.source["promotion"]?.object ?? JSONObject()
    promotion["guardrails"] = [
      ["metric": "memory_growth_bytes_per_request", "cell": "day", "limit": 16384],
      ["metric": "swap_bytes", "cell": "day", "limit": 1_000_000_000],
    ]
    let others = [Metric.memoryGrowthPerHour, .rateDrift].map { metric -> JSONValue in
      ["metric": .string(metric.rawValue), "reason": "It is a test."]
    }
    promotion["unguarded"] = .array((promotion["unguarded"]?.array ?? []) + others)
    return try ScriptedRounds.envelope(
      cells: ["a"],
      [
        (
          "endurance",
          [
            [
              "id": "day", "requests": .integer(requests), "warm_ups": .integer(warmUps), "stream": .array(stream),
            ]
          ]
        ), ("promotion", .object(promotion)),
      ])
  }

  private static let fast: [(String, JSONValue)] = [("token_nanoseconds", 20_000)]

  @Test("Each model gets the whole stream once, before the rounds, with what it held after each request")
  func samples() async throws {
    let rounds = try ScriptedRounds()
    let number = try await rounds.run(try Self.envelope(), resident: Self.fast, candidate: Self.fast)
    let evidence = try rounds.store.evidence(number)
    for side in Side.allCases {
      let stream = evidence.samples(of: side).filter { $0.place.cell == "day" }
      #expect(stream.map(\.place.round) == (1...120).map { $0 })
      #expect(stream.allSatisfy { ($0.memory?.footprintBytes ?? 0) > 100_000 && $0.memory?.problem == nil })
      #expect(stream.filter { $0.turn?.times.sequences == 3 }.count == 120 / Self.cycle)
      let grown = stream.first { $0.place.round == 2 }?.turn?.times
      #expect(grown?.promptTokens == 27 && grown?.cachedTokens == 9)
      #expect(evidence.samples(of: side).filter { $0.memory != nil }.count == 120)
    }
  }

  @Test("A leak of 64 KB per request is rejected; a worker without one passes", arguments: [0, 65_536])
  func leak(bytes: Int) async throws {
    let rounds = try ScriptedRounds()
    let number = try await rounds.run(
      try Self.envelope(), resident: Self.fast, candidate: Self.fast + [("leak_bytes", .integer(bytes))])
    let inputs = try rounds.store.verdictInputs(of: number)
    let verdict = try Judge(inputs).verdict()
    let growth = try #require(verdict.guardrails.first { $0.metric == .memoryGrowthPerRequest })
    #expect(growth.state == (bytes == 0 ? .passed : .broken), "\(growth)")
    #expect((verdict.outcome == .reject) == (bytes > 0), "\(verdict.reason)")
    // What is recorded is read back, and judged again it is the same.
    let recorded = try RecordedVerdict(verdict.json)
    let rule = try #require(recorded.rules.first { $0.metric == .memoryGrowthPerRequest })
    #expect(rule.effect?.kind == .limitedFigure && (rule.effect?.value ?? 0) > (bytes == 0 ? -16_384 : 50_000))
    #expect(try Judge(inputs).verdict().json == verdict.json)
  }

  @Test("A worker that dies in the stream voids the pass, which is played again from its beginning")
  func death() async throws {
    let rounds = try ScriptedRounds()
    let number = try await rounds.run(
      try Self.envelope(), resident: Self.fast, candidate: Self.fast + [("crash_once_at", 20)])
    let record = try rounds.store.session(number)
    #expect(record.voids.contains { $0.cell == "day" && $0.block == 0 && $0.reason.contains("was replaced") })
    let verdict = try Judge(try rounds.store.verdictInputs(of: number)).verdict()
    #expect(verdict.guardrails.first { $0.metric == .memoryGrowthPerRequest }?.state == .passed, "\(verdict.reason)")
  }

  @Test("A session that was cut in a stream plays it again, whole")
  func resume() async throws {
    let rounds = try ScriptedRounds()
    let plan = try rounds.plan(
      try Self.envelope(),
      [.resident: ScriptedRounds.script("r", Self.fast), .candidate: ScriptedRounds.script("c", Self.fast)])
    await #expect(throws: CancellationError.self) { try await rounds.run(plan, cancellingAfter: 30) }
    let number = try await MeasurementRunner(plan, store: rounds.store).run(resuming: true)
    let record = try rounds.store.session(number)
    #expect(record.voids.contains { $0.cell == "day" && $0.reason.hasPrefix("interrupted after") })
    let again = try rounds.store.samples(of: number, side: nil).filter { $0.place.cell == "day" && $0.place.block == 1 }
    #expect(again.count == 240)
  }

  /// What a resumed session plays of a stream of which it has the samples and voids that are given.
  private static func remaining(
    _ rounds: ScriptedRounds, _ samples: [Sample], voids: [BlockVoid] = []
  ) throws -> [Range<Int>] {
    let envelope = try Self.envelope()
    let start = SessionStart(
      session: MeasurementSession(
        uuid: UUID().uuidString, startedAt: 1, envelopeID: envelope.id, envelopeHash: envelope.hash, role: nil,
        resident: "resident", candidate: "candidate", orderSeed: 1, environment: .isolated, host: .current,
        residentVersion: "test"), samples: samples, voids: voids)
    let number = try rounds.store.open(start.session, envelope: envelope.source)
    let recorder = Recorder(store: rounds.store, session: number) { _ in }
    return try StreamPass.remaining(envelope, sides: Side.allCases, start: start, recorder: recorder).map(\.attempts)
  }

  private static func stream(_ requests: Int, attempt: Int = 0, lastFails: Bool = false) -> [Sample] {
    (1...requests).map { request in
      let isFailure = lastFails && request == requests
      return Sample(
        place: .init(cell: "day", block: attempt, repetition: 0, round: request), startedAt: 1,
        elapsedNanoseconds: 1_000_000_000, peakMemoryBytes: 1, loadAverage: 0,
        outcome: isFailure
          ? .unscored(.failed, message: "died")
          : .turn(TurnReading(times: ThroughputReading(promptTokens: 9, cachedTokens: 0, tokenNanoseconds: [1]))))
    }
  }

  @Test("A stream that came to its end, or in which a model failed for good, is not played again")
  func over() throws {
    let rounds = try ScriptedRounds()
    let whole = Self.stream(120)
    #expect(try Self.remaining(rounds, whole + whole) == [])
    #expect(try Self.remaining(rounds, whole + Self.stream(57)) == [1..<3])
    let death = BlockVoid(cell: "day", block: 0, reason: "the candidate's worker was replaced: it died")
    // The second death is the candidate's failure; the first is owed a repetition.
    let second = whole + Self.stream(57, lastFails: true)
    let again = Self.stream(120, attempt: 1) + Self.stream(57, attempt: 1, lastFails: true)
    #expect(try Self.remaining(rounds, second + again, voids: [death]) == [])
    #expect(try Self.remaining(rounds, second) == [1..<3])
    #expect(try Self.remaining(rounds, second, voids: [death]) == [1..<2])
    // What was cut is no attempt.
    let cut = BlockVoid(cell: "day", block: 0, reason: "interrupted after 7 requests")
    #expect(try Self.remaining(rounds, Self.stream(7), voids: [cut]) == [1..<3])
    let sleep = BlockVoid(cell: "day", block: 1, reason: "the machine slept for 20 s")
    #expect(try Self.remaining(rounds, second + again, voids: [death, sleep]) == [])
  }

  @Test("One model alone is read against the limits too")
  func alone() async throws {
    let rounds = try ScriptedRounds()
    let envelope = try Self.envelope()
    let plan = try rounds.plan(envelope, [.candidate: ScriptedRounds.script("c", Self.fast + [("leak_bytes", 65_536)])])
    let number = try await MeasurementRunner(plan, store: rounds.store).run()
    let samples = try rounds.store.samples(of: number, side: nil)
    let readings = try LimitReading.all(of: envelope, samples, voids: [])
    let growth = try #require(readings.first { $0.figure.metric == .memoryGrowthPerRequest })
    #expect(growth.state == .broken && growth.text.contains("limit 16.38 kB/request: broken"), "\(growth.text)")
  }
}
