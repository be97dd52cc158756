import Envelopes
import JSON
import Measurements
import Statistics
import Testing

@testable import Verdicts

/// Figures of streams that are written by hand.
@Suite("Endurance figures")
struct EnduranceFiguresTests {
  private static let cell = EnduranceCell(
    id: "day",
    stream: [
      StreamStep(kind: .reset(text: RepeatedText("a")), decodeTokens: 3),
      StreamStep(kind: .grow(text: RepeatedText("b")), decodeTokens: 3),
      StreamStep(kind: .cancel(text: RepeatedText("c"), seconds: 1), decodeTokens: 9),
    ], length: .requests(60), warmUps: 2)

  /// Requests of 100 ms whose footprint grows by `bytes` each and rises and falls within a repetition.
  private func samples(bytes: Int64 = 0, slowing: Double = 0, count: Int = 60) -> [Sample] {
    (0..<count).map { index in
      let step = Int64(40e6 * (1 + slowing * Double(index)))
      let times = ThroughputReading(promptTokens: 9, cachedTokens: 0, tokenNanoseconds: [step, 2 * step, 3 * step])
      let isCut = index % 3 == 2
      return Sample(
        place: Sample.Place(cell: "day", block: 0, repetition: 0, round: index + 1), startedAt: 0,
        elapsedNanoseconds: 100_000_000, peakMemoryBytes: 0, loadAverage: 0,
        outcome: isCut ? .unscored(.aborted, message: "cut") : .turn(TurnReading(times: times)),
        memory: MemoryReading(
          footprintBytes: 100_000_000 + bytes * Int64(index) + Int64(index % 3) * 7_000_000,
          swappedBytes: index > 50 ? 4096 : 0))
    }
  }

  private func figures(_ samples: [Sample]) throws -> EnduranceFigures? {
    try EnduranceStream(Self.cell, samples, []).figures(confidence: 0.9)
  }

  @Test("What grows by a number of bytes per request has that slope, per request and per hour of answering")
  func growth() throws {
    let figures = try #require(try figures(samples(bytes: 65_536)))
    #expect(abs((figures[.memoryGrowthPerRequest]?.value ?? 0) - 65_536) < 1)
    // 36,000 requests of 100 ms are an hour.
    #expect(abs((figures[.memoryGrowthPerHour]?.value ?? 0) - 65_536 * 36_000) < 1e5)
    #expect(figures[.swapTaken]?.value == 4096)
    #expect(abs(figures[.rateDrift]?.value ?? 1) < 1e-9)
  }

  @Test("A flat footprint that rises and falls within the stream does not grow")
  func flat() throws {
    let figures = try #require(try figures(samples()))
    #expect(figures[.memoryGrowthPerRequest]?.value == 0)
    #expect(figures[.memoryGrowthPerRequest]?.interval.upper == 0)
  }

  @Test("A rate that falls is a loss above zero")
  func drift() throws {
    let drift = try #require(try figures(samples(slowing: 0.01))?[.rateDrift])
    #expect(drift.interval.lower > 0.2 && drift.interval.upper < 0.5)
  }

  @Test("A stream that is short, failed or without readings of memory has no growth")
  func incomplete() throws {
    #expect(try figures(samples(count: 57)) == nil)
    var failed = samples()
    failed[30].outcome = .unscored(.failed, message: "died")
    #expect(try figures(failed) == nil)
    #expect(EnduranceStream(Self.cell, failed, []).failures.count == 1)
    var unread = samples()
    unread[30].memory = nil
    let figures = try #require(try figures(unread))
    #expect(figures[.memoryGrowthPerRequest] == nil && figures[.swapTaken] == nil && figures[.rateDrift] != nil)
  }

  @Test("An attempt that is void counts for nothing")
  func void() throws {
    let voids = [BlockVoid(cell: "day", block: 0, reason: "the machine slept")]
    #expect(EnduranceStream(Self.cell, samples(), voids).requests.isEmpty)
  }

  @Test("A limit is passed within it, broken beyond it and else open, and its document is read back")
  func limits() throws {
    func effect(_ lower: Double, _ upper: Double) -> LimitEffect {
      LimitEffect(
        metric: .memoryGrowthPerHour, value: (lower + upper) / 2,
        interval: ConfidenceInterval(lower: lower, upper: upper, confidence: 0.9), residentValue: 3, requests: 60)
    }
    #expect(effect(-5, 10).state(withinLimit: 10) == .passed)
    #expect(effect(-5, 11).state(withinLimit: 10) == .unresolved)
    #expect(effect(11, 12).state(withinLimit: 10) == .broken)
    let members = DocumentMembers(json: Effect.limit(effect(11, 12)).json, path: "")
    #expect(try RecordedEffect(members) == Effect.limit(effect(11, 12)).recorded)
    #expect(Figures.limited(-1_500, .memoryGrowthPerRequest) == "-1.5 kB/request")
    #expect(Figures.limited(2.5e9, .memoryGrowthPerHour) == "2.5 GB/hour")
    #expect(Figures.limited(0.042, .rateDrift) == "4.20 %")
  }
}
