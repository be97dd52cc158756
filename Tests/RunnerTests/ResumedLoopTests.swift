import JSON
import Measurements
import Testing

@testable import Runner

/// A comparison of live loops that is cut within a loop, by a real worker process and a real database.
@Suite("Resumed loops") struct ResumedLoopTests {
  private static func outputs(_ word: String) -> [JSONValue] {
    ["Tea, \(word).", "I see čaj.", nil, "\(word) again.", nil].map { text in
      ["text": .string(text ?? RecordedOutputs.right)]
    }
  }

  @Test("A loop cut after any turn goes on as if it had not been", arguments: 1..<10) func resume(_ turns: Int)
    async throws
  {
    let outputs: [Side: [JSONValue]] = [.resident: Self.outputs("green"), .candidate: Self.outputs("black")]
    let envelope = try ScriptedLoop.envelope(rounds: 5, [("reuse_prefix", true)])
    let undisturbed = try ScriptedLoop()
    let whole = try undisturbed.store.evidence(try await undisturbed.run(envelope, outputs))

    let loop = try ScriptedLoop()
    await #expect(throws: CancellationError.self) {
      try await loop.run(envelope, outputs, cancellingAfter: turns)
    }
    let number = try #require(try loop.store.sessions().first?.number)
    #expect(try loop.store.session(number).state == .interrupted)
    #expect(try loop.store.samples(of: number, side: nil).count == turns)
    // The worker that takes over plays what is left of each script.
    let left: [Side: [JSONValue]] = [
      .resident: Array(Self.outputs("green").dropFirst(turns)),
      .candidate: Array(Self.outputs("black").dropFirst(max(turns - 5, 0))),
    ]
    #expect(try await loop.run(envelope, left, resuming: true) == number)
    let resumed = try loop.store.evidence(number)
    #expect(resumed.state == .complete)
    for side in Side.allCases {
      let (samples, expected) = (resumed.samples(of: side), whole.samples(of: side))
      #expect(samples.map(\.place) == expected.map(\.place))
      #expect(samples.map { $0.turn?.judgement } == expected.map { $0.turn?.judgement })
      // The prompt of a turn is the whole conversation before it.
      #expect(samples.map { $0.turn?.times.promptTokens } == expected.map { $0.turn?.times.promptTokens })
    }
  }

  @Test("A replay that is cut within a block measures another block in its place") func replay() async throws {
    let envelope = try ScriptedLoop.envelope(rounds: 3, [("mode", "replay"), ("blocks", 2)])
    let loop = try ScriptedLoop()
    let outputs: [JSONValue] = [["text": "ignored"]]
    await #expect(throws: CancellationError.self) {
      try await loop.run(envelope, [.candidate: outputs], cancellingAfter: 8)
    }
    let number = try await loop.run(envelope, [.candidate: outputs], resuming: true)
    let samples = try loop.store.samples(of: number, side: nil)
    #expect(Dictionary(grouping: samples, by: \.place.block).mapValues(\.count) == [0: 6, 1: 2, 2: 6])
  }
}
