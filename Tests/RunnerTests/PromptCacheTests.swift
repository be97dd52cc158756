import Envelopes
import JSON
import Measurements
import Store
import TestSupport
import Testing
import WorkerProtocol

@testable import Runner

/// The state of an engine's prompt cache: declared by the envelope, proven for every timed request.
@Suite("Prompt cache", .serialized)
struct PromptCacheTests {
  @Test("A whole request that finds more cached than declared voids its round for both models")
  func whole() async throws {
    let rounds = try ScriptedRounds()
    let number = try await rounds.run(
      try ScriptedRounds.envelope(cells: ["a"]), candidate: [("outputs", [["text": "x", "cached_once": 7]])])
    let record = try rounds.store.session(number)
    #expect(record.state == .complete)
    #expect(
      record.voids == [
        BlockVoid(
          cell: "a", block: 0,
          reason: "the candidate's request was in another state than declared: 7 of 20 prompt tokens were in the"
            + " engine's cache, the cell declares 0")
      ])
    let samples = try rounds.store.samples(of: number, side: nil)
    #expect(samples.allSatisfy { $0.status == .success })
    #expect(samples.contains { $0.place.block == 0 && $0.throughput?.cachedTokens == 7 })
  }

  @Test("A request in slices that finds more cached than declared voids its round and fails no model")
  func slices() async throws {
    let rounds = try ScriptedRounds()
    let number = try await rounds.run(
      try ScriptedRounds.envelope(cells: ["a"]), candidate: [("begin_cached_once", 5)])
    let record = try rounds.store.session(number)
    #expect(record.state == .complete && record.voids.map(\.block) == [0])
    #expect(record.voids.first?.reason.contains("5 of 20 prompt tokens were in the engine's cache") == true)
    let blocks = Dictionary(grouping: try rounds.store.samples(of: number, side: nil), by: \.place.block)
    #expect(blocks.count == ScriptedRounds.rounds + 1)
    #expect((1...ScriptedRounds.rounds).allSatisfy { blocks[$0, default: []].allSatisfy { $0.status == .success } })
  }

  @Test("A declared state is brought about and found, whole and in slices, in a real worker")
  func declared() async throws {
    let cell: JSONValue = [
      "id": "a", "text": "The quick brown fox jumps over the lazy dog. ", "prompt_tokens": 96, "decode_tokens": 4,
      "cached_tokens": 64,
    ]
    let rounds = try ScriptedRounds()
    let envelope = try ScriptedRounds.envelope(cells: ["a"], [("throughput", [cell])])
    let plan = MeasurementPlan(
      envelope: envelope,
      contenders: [
        .init(side: .resident, model: "imported", folder: TestModels.imported),
        .init(side: .candidate, model: "uniform", folder: TestModels.uniform),
      ], role: nil, environment: .isolated,
      command: WorkerCommand(executable: Program.executable, arguments: ["worker"]), threads: 1, version: "test")
    let number = try await MeasurementRunner(plan, store: rounds.store).run()
    let samples = try rounds.store.samples(of: number, side: nil)
    #expect(try rounds.store.session(number).voids.isEmpty)
    #expect(samples.count == 4 * ScriptedRounds.rounds)
    #expect(samples.allSatisfy { $0.throughput?.cachedTokens == 64 })
    #expect(samples.contains { $0.throughput?.slices.isEmpty == false })
  }

  @Test("Times of prompts that are kept are told from noise", arguments: 0..<20)
  func timing(seed: Int) {
    var generator = SeededNoise(seed: UInt64(seed))
    /// A request of 100 ms, now and then far slower.
    func time(_ factor: Double) -> Double { 0.1 * factor * generator.next() }
    for (factor, expected) in [(1, CacheTiming.Finding.notShown), (0.54, .shown), (0.015, .shown)] {
      var timing = CacheTiming()
      while timing.finding == .open { timing.observe(fresh: time(1), repeated: time(factor)) }
      #expect(timing.finding == expected, "\(factor): \(timing.text)")
    }
  }

  @Test("What was seen is said with both times and the pairs")
  func text() {
    var timing = CacheTiming()
    for _ in 0..<CacheTiming.pairs { timing.observe(fresh: 0.1, repeated: 0.0015) }
    #expect(
      timing.text == "1.5 ms where a fresh one takes 100.0 ms to the first token (medians; faster in 24 of 24 pairs)")
    let error = RunnerError.silentCache("m", timing, promptTokens: 200)
    #expect("\(error)".contains("a repeated prompt of 200 tokens takes 1.5 ms"))
    #expect("\(error)".contains("--keeps-prompts"))
  }
}

/// Factors of a busy machine: 15 % either way, and three times as long in one of ten.
private struct SeededNoise {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func next() -> Double {
    func uniform() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) / Double(1 << 53)
    }
    return (0.85 + 0.3 * uniform()) * (uniform() < 0.1 ? 3 : 1)
  }
}
