import Envelopes
import Foundation
import JSON
import Measurements
import Store
import Synchronization
import Testing

@testable import Runner

/// Items of a task that is scored by options, asked of workers that play scripts.
@Suite("Items in batches", .serialized)
struct QuestionBatchTests {
  private let rounds: ScriptedRounds
  private static let count = 40

  init() throws { rounds = try ScriptedRounds() }

  /// An envelope with a task of many items, of which the one at `bad` says so.
  private func envelope(bad: Int? = nil) throws -> Envelope {
    let items = (0..<Self.count).map { index -> JSONValue in
      [
        "id": .string("i\(index)"), "prompt": .string(index == bad ? "BAD" : "Item \(index) is"),
        "options": ["zz", "aa", "mm"], "answer": 1,
      ]
    }
    let task: JSONValue = ["id": "choice", "kind": "multiple_choice", "items": .array(items)]
    return try ScriptedRounds.envelope(cells: ["a"], [("accuracy", [task])])
  }

  private func plan(
    _ envelope: Envelope, takesBatches: Bool = true, candidate: [(String, JSONValue)] = []
  ) throws -> MeasurementPlan {
    let load: (String, JSONValue) = ("load", ["batches": .bool(takesBatches)])
    return try rounds.plan(
      envelope,
      [.resident: ScriptedRounds.script("r", [load]), .candidate: ScriptedRounds.script("c", [load] + candidate)])
  }

  /// The requests for scores that a side's workers were sent.
  private func asked(_ side: Side) throws -> [String] {
    try String(contentsOf: rounds.folder("\(side.rawValue)/asked"), encoding: .utf8).split(separator: "\n")
      .map(String.init)
  }

  private func answers(_ number: SessionNumber, _ side: Side) throws -> [Sample] {
    try rounds.store.samples(of: number, side: side).filter { $0.place.item != nil }
  }

  @Test("Items are asked in batches, the sides take turns, and each item is a sample of its own, in order")
  func batches() async throws {
    let measured = Mutex<[Side]>([])
    let number = try await MeasurementRunner(try plan(envelope()), store: rounds.store) { event in
      guard case .measured(let side, let sample) = event, sample.place.item != nil else { return }
      measured.withLock { $0.append(side) }
    }.run()
    let turns: [(Side, Int)] = [(.resident, 32), (.candidate, 32), (.resident, 8), (.candidate, 8)]
    #expect(measured.withLock { $0 } == turns.flatMap { Array(repeating: $0.0, count: $0.1) })
    for side in Side.allCases {
      #expect(try asked(side) == ["score_batch 32", "score_batch 8"])
      let samples = try answers(number, side)
      #expect(samples.map(\.place.item) == (0..<Self.count).map { "i\($0)" })
      #expect(samples.allSatisfy { $0.answer?.answer == "1" && $0.answer?.isCorrect == true })
      // " aa" is the bytes 32, 97 and 97, each of which scores its hundredth below zero.
      #expect(samples.allSatisfy { abs(($0.answer?.optionScores[1] ?? 0) + 2.26 / 3) < 1e-9 })
      // A token is a byte: nine of the options, and nine or ten of the prompt.
      let paces = samples.prefix(32).enumerated().map {
        Double($0.element.elapsedNanoseconds) / ($0.offset < 10 ? 18 : 19)
      }
      #expect(paces.allSatisfy { $0 > 0 && abs($0 - paces[0]) < 1 })
    }
  }

  @Test("A worker that takes no batches is asked option by option, with the same answers")
  func single() async throws {
    let measured = Mutex<[Side]>([])
    let number = try await MeasurementRunner(try plan(envelope(), takesBatches: false), store: rounds.store) { event in
      guard case .measured(let side, let sample) = event, sample.place.item != nil else { return }
      measured.withLock { $0.append(side) }
    }.run()
    #expect(measured.withLock { $0 } == (0..<Self.count).flatMap { _ in [Side.resident, .candidate] })
    for side in Side.allCases {
      #expect(try asked(side) == Array(repeating: "score", count: 3 * Self.count))
      #expect(try answers(number, side).allSatisfy { $0.answer?.isCorrect == true })
    }
  }

  @Test("An item that is refused fails alone: the others of its batch are asked one by one")
  func refusedItem() async throws {
    let number = try await MeasurementRunner(
      try plan(envelope(bad: 5), candidate: [("refused_prompt", "BAD")]), store: rounds.store
    ).run()
    #expect(try answers(number, .resident).allSatisfy { $0.status == .success })
    let samples = try answers(number, .candidate)
    #expect(samples.map(\.place.item) == (0..<Self.count).map { "i\($0)" })
    #expect(samples.filter { $0.status != .success }.map(\.place.item) == ["i5"])
    #expect(
      try asked(.candidate)
        == ["score_batch 32"] + Array(repeating: "score_batch 1", count: 32) + ["score_batch 8"])
  }

  @Test("An item that a worker dies of fails alone")
  func fatalItem() async throws {
    let number = try await MeasurementRunner(
      try plan(envelope(bad: 5), candidate: [("fatal_prompt", "BAD")]), store: rounds.store
    ).run()
    #expect(try rounds.store.session(number).state == .complete)
    let samples = try answers(number, .candidate)
    #expect(samples.count == Self.count)
    #expect(samples.filter { $0.status != .success }.map(\.place.item) == ["i5"])
    // Of its batch, and twice alone.
    #expect(try rounds.store.incidents(of: number).filter { $0.kind == .workerDied }.count == 3)
  }

  @Test("A session that is cancelled keeps whole batches, and goes on with the side whose turn it is")
  func resume() async throws {
    let plan = try plan(envelope())
    await #expect(throws: CancellationError.self) { try await rounds.run(plan, cancellingAfter: 10) }
    let number = try #require(try rounds.store.sessions().first?.number)
    #expect(try answers(number, .resident).count == 32)
    #expect(try answers(number, .candidate).isEmpty)
    #expect(try await MeasurementRunner(plan, store: rounds.store).run(resuming: true) == number)
    for side in Side.allCases {
      #expect(try asked(side) == ["score_batch 32", "score_batch 8"])
      #expect(try answers(number, side).map(\.place.item) == (0..<Self.count).map { "i\($0)" })
    }
  }

  @Test("Of a task that is half asked, each side gets what it lacks, the first side always first")
  func halfAsked() {
    let items = (0..<5).map { AccuracyTask.Item(id: "i\($0)", prompt: "", options: [], answer: 0) }
    // The resident has answered the first two.
    let questions = items.enumerated().flatMap { index, item in
      (index < 2 ? [Side.candidate] : [.resident, .candidate]).map { (item: item, side: $0) }
    }
    let sides: [Side] = [.resident, .candidate]
    #expect(
      QuestionBatch.batches(of: questions, sides: sides, limit: 3) == [
        QuestionBatch(side: .resident, items: [items[2]]), QuestionBatch(side: .candidate, items: Array(items[..<3])),
        QuestionBatch(side: .resident, items: Array(items[3...])),
        QuestionBatch(side: .candidate, items: Array(items[3...])),
      ])
    let single = QuestionBatch.batches(of: questions, sides: sides, limit: 1)
    #expect(single.map(\.side) == questions.map(\.side) && single.map { $0.items[0] } == questions.map(\.item))
  }
}
