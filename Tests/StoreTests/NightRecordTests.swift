import TestSupport
import Foundation
import GRDB
import JSON
import Measurements
import TestSupport
import Testing

@testable import Store

@Suite("What nights leave in the store")
struct NightRecordTests {
  let folder: TemporaryFolder
  let store: MeasurementStore

  init() throws {
    folder = try TemporaryFolder()
    store = try .fresh(in: folder)
  }

  @Test("Incidents come back in order, and failures are counted by the files' state")
  func incidents() throws {
    let session = try store.open(Fixture.session(), envelope: Fixture.envelope)
    let first = Incident(kind: .workerDied, occurredAt: 1, model: "a", detail: "signal 9")
    let second = Incident(kind: .candidateFailed, occurredAt: 2, model: "a", stamp: "s1", detail: "twice")
    try store.record(first, session: session)
    try store.record(second, session: nil)
    try store.record(second, session: session)
    #expect(try store.incidents(of: session) == [first, second])
    #expect(try store.incidents(of: nil).count == 3)
    #expect(try store.failures(of: "a", stamp: "s1") == 2)
    #expect(try store.failures(of: "a", stamp: "s2") == 0)
  }

  @Test("What was seen of the machine comes back by block")
  func observations() throws {
    let session = try store.open(Fixture.session(), envelope: Fixture.envelope)
    let observation = BlockObservation(
      reading: HostReading(
        loadAverage: 1.5, stealShare: 0.01, freeMemoryBytes: 8 << 30, swapBytes: 0, temperature: 51.5, isOnMains: true,
        calibrationRate: 1e8),
      traces: [MemoryTrace(subject: .candidate, startedAt: 3, values: [10, 20, 30])])
    try store.record(observation, cell: "short", block: 4, session: session)
    let stored = try #require(try store.observations(of: session).first)
    #expect(stored.cell == "short" && stored.block == 4 && stored.observation == observation)
  }

  @Test("Nothing of it can be changed or deleted")
  func appendOnly() throws {
    let session = try store.open(Fixture.session(), envelope: Fixture.envelope)
    try store.record(Incident(kind: .suspended, occurredAt: 1, detail: "20 s"), session: session)
    try store.record(night: ["night": "x"], startedAt: 1)
    let queue = try DatabaseQueue(path: folder("state/measurements.sqlite").path)
    for sql in ["UPDATE incidents SET detail = ''", "DELETE FROM incidents", "DELETE FROM nights"] {
      #expect(throws: DatabaseError.self) { try queue.writeWithoutTransaction { try $0.execute(sql: sql) } }
    }
    #expect(try store.nights().map(\.summary) == [["night": "x"]])
  }
}
