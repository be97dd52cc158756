import GRDB
import Measurements
import TestSupport
import Testing

@testable import Store

@Suite("Slices in the store")
struct SliceTests {
  private let folder: TemporaryFolder
  private let store: MeasurementStore
  private let session: SessionNumber
  private let run: RunNumber

  init() throws {
    folder = try TemporaryFolder()
    store = try .fresh(in: folder)
    session = try store.open(Fixture.session(resident: nil), envelope: Fixture.envelope)
    run = try store.append(Fixture.run(nil), to: session)
  }

  /// The reading of ``Fixture`` in four slices, each with what an engine may or may not report.
  private static var sliced: ThroughputReading {
    var reading = Fixture.reading
    reading.slices = [
      Slice(
        phase: .prefill, tokens: 300, nanoseconds: 300_000_000, processorNanoseconds: 590_000_000,
        involuntarySwitches: 0),
      Slice(phase: .prefill, tokens: 210, nanoseconds: 200_000_000, processorNanoseconds: 0),
      Slice(phase: .decode, tokens: 2, nanoseconds: 20_000_000, involuntarySwitches: 7),
      Slice(phase: .decode, tokens: 1, nanoseconds: 41_000_001),
    ]
    return reading
  }

  private static let document =
    #"[["prefill",300,300000000,590000000,0],["prefill",210,200000000,0,null],"#
    + #"["decode",2,20000000,null,7],["decode",1,41000001,null,null]]"#

  @Test("They come back as they were appended, of throughput repetitions and of turns; whole requests have none")
  func roundTrip() throws {
    let samples = [
      Fixture.sample(outcome: .throughput(Self.sliced)),
      Fixture.sample(block: 1),
      Fixture.sample(cell: "loop", round: 1, outcome: .turn(TurnReading(times: Self.sliced))),
      Fixture.sample(cell: "facts", item: "q", outcome: Fixture.answer("1")),
    ]
    for sample in samples { try store.append(sample, to: run) }
    #expect(try store.samples(of: session, side: nil) == samples)
    let documents = try store.read { try String?.fetchAll($0, sql: "SELECT slices FROM samples ORDER BY id") }
    #expect(documents == [Self.document, nil, Self.document, nil])
  }

  @Test("A sample whose slices do not fit its times is refused")
  func impossible() throws {
    var reading = Self.sliced
    reading.slices.removeLast()
    let error = #expect(throws: StoreError.self) {
      try store.append(Fixture.sample(outcome: .throughput(reading)), to: run)
    }
    guard case .invalidValue = error else {
      Issue.record("refused for another reason: \(String(describing: error))")
      return
    }
  }

  /// Adds the sample of block 0 once more, in block 1 and with other slices.
  private func copy(slices: String) throws {
    try store.append(Fixture.sample(outcome: .throughput(Self.sliced)), to: run)
    try store.queue.writeWithoutTransaction { database in
      try database.execute(
        sql: """
          INSERT INTO samples (run, cell, block, repetition, started_at_s, elapsed_ns, peak_memory_bytes, load_average,
            status, prompt_tokens, cached_tokens, decode_tokens, first_token_ns, last_token_ns, token_ns, slices)
          SELECT run, cell, 1, repetition, started_at_s, elapsed_ns, peak_memory_bytes, load_average, status,
            prompt_tokens, cached_tokens, decode_tokens, first_token_ns, last_token_ns, token_ns, ? FROM samples
          """, arguments: [slices])
    }
  }

  @Test("What another program wrote is read if it has the form")
  func foreign() throws {
    try copy(slices: Self.document)
    #expect(try store.samples(of: session, side: nil).last?.throughput == Self.sliced)
  }

  @Test(
    "A damaged column makes the sample unreadable",
    arguments: [
      "{}", "7", "[7]", "[[]]", document.replacing("decode", with: "rest"),
      document.replacing("590000000", with: "0.5"), document.replacing(",7]", with: ",\"7\"]"),
      document.replacing(",7]", with: "]"), document.replacing("300,", with: "301,"),
      document.replacing("41000001", with: "1"),
    ])
  func damaged(slices: String) throws {
    try copy(slices: slices)
    let error = #expect(throws: StoreError.self) { try store.samples(of: session, side: nil) }
    guard case .file(_, .damaged) = error else {
      Issue.record("not the error of a damaged row: \(String(describing: error))")
      return
    }
  }

  @Test("The column takes nothing but JSON")
  func noJSON() throws {
    let error = #expect(throws: DatabaseError.self) { try copy(slices: "[[") }
    #expect(error?.extendedResultCode == .SQLITE_CONSTRAINT_CHECK)
  }

  @Test("What has no times has no slices")
  func withoutTimes() throws {
    let error = #expect(throws: DatabaseError.self) {
      try store.queue.writeWithoutTransaction { database in
        try database.execute(
          sql: """
            INSERT INTO samples (run, cell, block, repetition, started_at_s, elapsed_ns, peak_memory_bytes,
              load_average, status, message, slices)
            VALUES (?, 'short', 0, 0, 5, 7, 9, 0.5, 'failed', 'died', '[]')
            """, arguments: [run.rawValue])
      }
    }
    #expect(error?.extendedResultCode == .SQLITE_CONSTRAINT_CHECK)
  }
}
