import Envelopes
import Foundation
import JSON
import Measurements
import Store
import Synchronization
import TestSupport
import Testing
import Verdicts

@testable import Runner

/// Whole sessions by rounds.
@Suite("Measuring by rounds", .serialized)
struct RoundTests {
  @Test("Each round is measured in freshly loaded workers, in an order that is drawn and mirrored")
  func reload() async throws {
    let rounds = try ScriptedRounds()
    let number = try await rounds.run(try ScriptedRounds.envelope())
    let record = try rounds.store.session(number)
    #expect(record.state == .complete && record.voids.isEmpty)
    #expect(record.session.orderSeed == RoundSchedule.seed(ofSession: record.session.uuid, envelopeSeed: 1))
    let sides = record.runs.map(\.side)
    #expect(sides.count == 2 * ScriptedRounds.rounds)
    for index in stride(from: 0, to: sides.count, by: 4) {
      #expect(Array(sides[index..<index + 4].reversed()) == Array(sides[index..<index + 4]))
      #expect(sides[index] != sides[index + 1])
    }
    let byRun = try rounds.store.samplesByRun(of: number)
    let measured = byRun.map { samples in Set(samples.map(\.place.block)) }
    let expected: [Set<Int>] = (0..<sides.count).map { [$0 / 2] }
    #expect(measured == expected)
    #expect(byRun.allSatisfy { $0.count == 4 })
  }

  @Test("A block has a whole request of each model and a pair in slices of the same tokens")
  func slices() async throws {
    let rounds = try ScriptedRounds()
    let number = try await rounds.run(
      try ScriptedRounds.envelope(), candidate: [("token_nanoseconds", 1_800_000), ("prefill_chunk", 6)])
    let evidence = try rounds.store.evidence(number)
    let sides = Side.allCases.map { side in
      evidence.samples(of: side).filter { $0.place.repetition == 0 }.map { ($0.place, $0.throughput) }
    }
    #expect(sides.allSatisfy { $0.count == 2 * ScriptedRounds.rounds })
    let whole = Side.allCases.flatMap { evidence.samples(of: $0) }.filter { $0.place.repetition == 1 }
    #expect(whole.count == 4 * ScriptedRounds.rounds && whole.allSatisfy { $0.throughput?.slices.isEmpty == true })
    for (place, reading) in sides[0] {
      let other = sides[1].first { $0.0 == place }?.1
      let slices = try #require(reading?.slices)
      // 5 ms are 2.8 tokens of the slower model, and less than a chunk.
      #expect(slices.map(\.tokens) == [8, 8, 4, 3, 3, 3, 2])
      #expect(slices.map(\.phase) == [.prefill, .prefill, .prefill, .decode, .decode, .decode, .decode])
      #expect(slices.map(\.tokens) == other?.slices.map(\.tokens))
      // 100 ns per token; the first comes at the end of the prompt.
      #expect(reading?.tokenNanoseconds == (20..<32).map { 100 * $0 })
      #expect(slices.map(\.processorNanoseconds) == slices.map { Int64(100 * $0.tokens) })
    }
  }

  @Test("A worker that dies within a slice voids its round, which is repeated whole")
  func voidRound() async throws {
    let rounds = try ScriptedRounds()
    let number = try await rounds.run(
      try ScriptedRounds.envelope(), candidate: [("slices", [[:], ["crash_once": true]])])
    let record = try rounds.store.session(number)
    #expect(record.state == .complete)
    #expect(Set(record.voids.map(\.cell)) == ["a", "b"] && record.voids.allSatisfy { $0.block == 0 })
    #expect(record.voids.contains { $0.reason.hasPrefix("the candidate's worker was replaced") })
    #expect(record.voids.contains { $0.reason.hasPrefix("its round is void for") })
    // One more round, and the worker that took the dead one's place.
    #expect(record.runs.count == 2 * (ScriptedRounds.rounds + 1) + 1)
    let blocks = Dictionary(grouping: try rounds.store.samples(of: number, side: nil), by: \.place.block)
    #expect(blocks[0]?.count == 4)
    #expect((1...ScriptedRounds.rounds).allSatisfy { blocks[$0]?.count == 8 })
    #expect(blocks.values.joined().allSatisfy { $0.status == .success })
  }

  @Test("A worker that dies in many rounds is asked again in each of them, and its model cannot win by that")
  func deathsOfManyRounds() async throws {
    let rounds = try ScriptedRounds()
    let number = try await rounds.run(
      try ScriptedRounds.envelope(cells: ["a"]), candidate: [("slices", [[:], ["crashes": 5]])])
    let record = try rounds.store.session(number)
    #expect(record.voids.count == 5 && record.voids.allSatisfy { $0.reason.contains("was replaced") })
    #expect(try rounds.store.samples(of: number, side: nil).allSatisfy { $0.status == .success })
    let verdict = try Judge(try rounds.store.verdictInputs(of: number)).verdict()
    #expect(verdict.outcome == .inconclusive && verdict.gaps.isEmpty, "\(verdict.reason)")
    #expect(verdict.refusals == [.moreWorkerEnds(resident: 0, candidate: 5)])
  }

  @Test("Rounds outside the envelope's limits are repeated up to as often as planned")
  func limits() async throws {
    let rounds = try ScriptedRounds()
    let number = try await rounds.run(
      try ScriptedRounds.envelope(cells: ["a"], [("environment", ["min_free_memory_bytes": 1_000_000_000_000_000])]))
    let record = try rounds.store.session(number)
    #expect(record.voids.map(\.block) == Array(0..<2 * ScriptedRounds.rounds))
    #expect(record.runs.count == 4 * ScriptedRounds.rounds)
  }

  @Test("A resumed session repeats the round that was cut, and draws the order of its seed")
  func resume() async throws {
    let rounds = try ScriptedRounds()
    let plan = try rounds.plan(
      try ScriptedRounds.envelope(), [.resident: ScriptedRounds.script("r"), .candidate: ScriptedRounds.script("c")])
    await #expect(throws: CancellationError.self) { try await rounds.run(plan, cancellingAfter: 9) }
    let number = try #require(try rounds.store.sessions().first?.number)
    let seed = try rounds.store.session(number).session.orderSeed
    #expect(try await MeasurementRunner(plan, store: rounds.store).run(resuming: true) == number)
    let record = try rounds.store.session(number)
    #expect(record.state == .complete && record.session.orderSeed == seed)
    #expect(
      Set(record.voids)
        == Set(
          ["a", "b"].map { BlockVoid(cell: $0, block: 1, reason: "interrupted after 1 of 8 samples") }))
    let samples = try rounds.store.samples(of: number, side: nil)
    let counts = Dictionary(grouping: samples, by: \.place.block).mapValues(\.count)
    #expect(counts == [0: 8, 1: 1, 2: 8, 3: 8, 4: 8, 5: 8, 6: 8])
    let schedule = RoundSchedule(plan.envelope, sides: Side.allCases, seed: seed)
    for block in [0, 2, 3, 4, 5, 6] {
      let cells = samples.filter { $0.place.block == block }.map(\.place.cell)
      let expected = schedule.round(block).blocks.map(\.cell.id)
      #expect(cells == expected.flatMap { Array(repeating: $0, count: 4) })
    }
  }

  @Test("Where an engine cannot slice, whole requests take turns in fresh workers")
  func whole() async throws {
    let rounds = try ScriptedRounds()
    let number = try await rounds.run(try ScriptedRounds.envelope(), candidate: [("prefill_chunk", .null)])
    #expect(try rounds.store.session(number).runs.count == 2 * ScriptedRounds.rounds)
    let evidence = try rounds.store.evidence(number)
    for side in Side.allCases {
      let samples = evidence.samples(of: side)
      #expect(samples.count == 4 * ScriptedRounds.rounds)
      #expect(samples.allSatisfy { $0.throughput?.slices.isEmpty == true })
      #expect(samples.map(\.place.repetition) == (0..<2 * ScriptedRounds.rounds).flatMap { _ in [0, 1] })
    }
  }

  @Test(
    "A slice that claims more time than was waited for it, or other tokens, is refused",
    arguments: [
      ["elapsed_ns": 3_600_000_000_000], ["processed": 7], ["token_ns": [1]], ["finished": true],
    ] as [JSONValue])
  func lies(_ slice: JSONValue) async throws {
    let rounds = try ScriptedRounds()
    let number = try await rounds.run(
      try ScriptedRounds.envelope(cells: ["a"]), candidate: [("slices", [slice])])
    let evidence = try rounds.store.evidence(number)
    let sliced = evidence.candidateSamples.filter { $0.place.repetition == 0 && $0.place.block == 0 }
    #expect(sliced.map(\.status) == [.failed])
    // The other model goes on alone, and what it measured is whole.
    let others = evidence.residentSamples.filter { $0.place.repetition == 0 && $0.place.block == 0 }
    #expect(others.allSatisfy { $0.throughput?.slices.count == 6 })
    #expect(evidence.voids.contains { $0.block == 0 })
  }

  @Test("Models of the same weights are refused before anything is measured", arguments: [true, false])
  func sameWeights(isByRounds: Bool) async throws {
    let rounds = try ScriptedRounds()
    var blocks = try #require(TestEnvelope.json(1, 1).object)
    blocks["accuracy"] = []
    blocks["throughput"] = .array(Array((blocks["throughput"]?.array ?? []).prefix(1)))
    let envelope = isByRounds ? try ScriptedRounds.envelope(cells: ["a"]) : try Envelope(source: .object(blocks))
    var plan = try rounds.plan(
      envelope, [.resident: ScriptedRounds.script("w"), .candidate: ScriptedRounds.script("w")])
    await #expect(throws: RunnerError.sameWeights(resident: "resident", candidate: "candidate", "w")) {
      try await MeasurementRunner(plan, store: rounds.store).run()
    }
    #expect(try rounds.store.sessions().isEmpty)
    plan.allowsSameWeights = true
    let number = try await MeasurementRunner(plan, store: rounds.store).run()
    #expect(try rounds.store.session(number).state == .complete)
  }

  @Test("One model alone has the fewest rounds, each in a fresh worker, with two whole requests per cell")
  func alone() async throws {
    let rounds = try ScriptedRounds()
    let plan = try rounds.plan(try ScriptedRounds.envelope(), [.candidate: ScriptedRounds.script("c")])
    let number = try await MeasurementRunner(plan, store: rounds.store).run()
    #expect(try rounds.store.session(number).runs.count == ScriptedRounds.rounds)
    let samples = try rounds.store.samples(of: number, side: nil)
    #expect(samples.count == 4 * ScriptedRounds.rounds)
    #expect(samples.allSatisfy { $0.throughput?.slices.isEmpty == true })
  }

  @Test("Items are asked in the first round's workers, and the planned samples are those that are measured")
  func order() async throws {
    let rounds = try ScriptedRounds()
    let task: JSONValue = [
      "id": "exact", "kind": "exact_match", "max_tokens": 3,
      "items": [["id": "e1", "prompt": "1, 2,", "options": ["3"], "answer": 0]],
    ]
    let plan = try rounds.plan(
      try ScriptedRounds.envelope([("accuracy", [task])]),
      [.resident: ScriptedRounds.script("r"), .candidate: ScriptedRounds.script("c")])
    let events = Mutex<[RunnerEvent]>([])
    let number = try await MeasurementRunner(plan, store: rounds.store) { event in
      events.withLock { $0.append(event) }
    }.run()
    let samples = try rounds.store.samplesByRun(of: number)
    #expect(samples.prefix(2).allSatisfy { $0.first?.place.item == "e1" })
    #expect(samples.dropFirst(2).joined().allSatisfy { $0.place.item == nil })
    let (planned, begun) = events.withLock { events in
      (
        events.compactMap { event -> Int? in if case .planned(let total, _) = event { total } else { nil } },
        events.compactMap { event -> Int? in
          if case .round(let number, of: ScriptedRounds.rounds) = event { number } else { nil }
        }
      )
    }
    #expect(planned == [samples.joined().count] && planned == [8 * ScriptedRounds.rounds + 2])
    #expect(begun == Array(1...ScriptedRounds.rounds))
  }

  @Test("What the rounds show is told before each, and what need not be measured is taken from the total")
  func evidence() async throws {
    let rounds = try ScriptedRounds()
    let plan = try rounds.plan(
      try ScriptedRounds.envelope(cells: ["a"]),
      [.resident: ScriptedRounds.script("r"), .candidate: ScriptedRounds.script("c")])
    let events = Mutex<[RunnerEvent]>([])
    let number = try await MeasurementRunner(plan, store: rounds.store) { event in
      events.withLock { $0.append(event) }
    }.run()
    let measured = try rounds.store.samples(of: number, side: nil).count
    let (looks, planned, skipped) = events.withLock { events in
      (
        events.compactMap { event -> [VerdictFace.Part]? in if case .evidence(let parts) = event { parts } else { nil }
        },
        events.compactMap { event -> Int? in if case .planned(let total, _) = event { total } else { nil } },
        events.reduce(0) { sum, event in if case .skipped(let count) = event { sum + count } else { sum } }
      )
    }
    #expect(looks.count >= ScriptedRounds.rounds && looks.allSatisfy { !$0.isEmpty })
    #expect(planned.map { $0 - skipped } == [measured])
  }

  @Test("A file that is replaced between two rounds ends the session")
  func replacedFile() async throws {
    let rounds = try ScriptedRounds()
    let plan = try rounds.plan(
      try ScriptedRounds.envelope(cells: ["a"]),
      [.resident: ScriptedRounds.script("r"), .candidate: ScriptedRounds.script("c")])
    let file = rounds.folder("candidate/script.json")
    let seen = Mutex(0)
    let runner = MeasurementRunner(plan, store: rounds.store) { event in
      guard case .measured = event else { return }
      let count = seen.withLock { seen in
        seen += 1
        return seen
      }
      if count == 4, let data = try? Data(contentsOf: file) { try? (data + [0x0A]).write(to: file, options: .atomic) }
    }
    await #expect(throws: RunnerError.filesReplaced("candidate", files: ["script.json"])) { try await runner.run() }
    let number = try #require(try rounds.store.sessions().first?.number)
    #expect(try rounds.store.session(number).state == .interrupted)
  }
}
