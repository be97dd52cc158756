import TestSupport
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Store

@Suite("What a commit promises")
struct DurabilityTests {
  let folder: TemporaryFolder
  let store: MeasurementStore
  let session: SessionNumber
  let run: RunNumber

  init() throws {
    folder = try TemporaryFolder()
    store = try .fresh(in: folder)
    session = try store.open(Fixture.session(resident: nil), envelope: Fixture.envelope)
    run = try store.append(Fixture.run(nil), to: session)
  }

  @Test("A second connection reads what is committed while the first is in the middle of writing")
  func readWhileWriting() throws {
    try store.append(Fixture.sample(), to: run)
    let reader = try MeasurementStore(at: folder("state/measurements.sqlite"), mode: .readOnly, patience: 0)
    try store.write { database in
      try SampleRow(Fixture.sample(block: 1), run: run).insert(database)
      #expect(try reader.samples(of: session, side: nil).count == 1)
    }
    #expect(try reader.samples(of: session, side: nil).count == 2)
  }

  @Test("The files of a store that was never closed, as a killed process leaves them, hold every sample")
  func killed() throws {
    for block in 0..<20 { try store.append(Fixture.sample(block: block), to: run) }
    try FileManager.default.copyItem(at: folder("state"), to: folder("left"))
    let survivor = try MeasurementStore(at: folder("left/measurements.sqlite"), mode: .readWrite)
    #expect(try survivor.samples(of: session, side: nil).count == 20)
  }

  @Test("A full disk is said so, what was committed is whole, and the session goes on when there is space")
  func fullDisk() throws {
    let pages = try store.read { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 }
    try limit(pages: pages + 3)
    var kept = 0
    let error = #expect(throws: StoreError.self) {
      for block in 0..<1_000 {
        try store.append(Fixture.sample(block: block), to: run)
        kept += 1
      }
    }
    guard case .file(_, .diskFull) = error else {
      Issue.record("not the error of a full disk: \(String(describing: error))")
      return
    }
    #expect(kept > 0)
    #expect(try store.samples(of: session, side: nil).count == kept)
    #expect(try store.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
    try limit(pages: 1 << 20)
    try store.append(Fixture.sample(block: kept), to: run)
  }

  private func limit(pages: Int) throws {
    _ = try store.queue.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA max_page_count = \(pages)") }
  }

  @Test(
    "Another program's change to what was measured is refused",
    arguments: [
      "UPDATE samples SET elapsed_ns = 1",
      "DELETE FROM samples",
      "INSERT OR REPLACE INTO samples SELECT * FROM samples",
      "INSERT INTO samples (id, \(columns)) SELECT id + 1, \(columns) FROM samples",
      "UPDATE runs SET model = 'org/else'",
      "DELETE FROM runs",
      "INSERT OR REPLACE INTO runs SELECT * FROM runs",
      "UPDATE voids SET reason = ''",
      "DELETE FROM voids",
      "INSERT OR REPLACE INTO voids SELECT id + 1, session, cell, block, 'else' FROM voids",
      "UPDATE envelopes SET document = '{}'",
      "INSERT OR REPLACE INTO envelopes SELECT hash, '{}' FROM envelopes",
      "DELETE FROM sessions",
      "UPDATE sessions SET candidate = 'org/else'",
      "UPDATE verdicts SET outcome = 'promote'",
      "DELETE FROM verdicts",
    ])
  func appendOnly(sql: String) throws {
    try store.append(Fixture.sample(), to: run)
    try store.void(.init(cell: "short", block: 0, reason: "load"), in: session)
    try store.record(verdict: [:], outcome: "hold", for: session)
    let other = try DatabaseQueue(path: folder("state/measurements.sqlite").path)
    let before = try dump(other)
    let error = #expect(throws: DatabaseError.self) { try other.write { try $0.execute(sql: sql) } }
    #expect(error?.extendedResultCode == .SQLITE_CONSTRAINT_TRIGGER)
    #expect(try dump(other) == before)
  }

  private static let columns = """
    run, cell, block, repetition, item, round, started_at_s, elapsed_ns, peak_memory_bytes, load_average, status, \
    message, prompt_tokens, cached_tokens, sequences, decode_tokens, first_token_ns, last_token_ns, token_ns, answer, \
    is_correct, option_scores, completion_tokens, text_scores, text_reference, slices
    """

  private func dump(_ queue: DatabaseQueue) throws -> [[Row]] {
    try queue.read { database in
      try ["samples", "runs", "voids", "envelopes", "sessions", "verdicts"].map {
        try Row.fetchAll(database, sql: "SELECT * FROM \($0)")
      }
    }
  }
}
