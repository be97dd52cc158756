import TestSupport
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Store

@Suite("The database file")
struct FileTests {
  let folder: TemporaryFolder
  var file: URL { folder("state/measurements.sqlite") }

  init() throws { folder = try TemporaryFolder() }

  private func problem(_ body: () throws -> Void) -> StoreError.FileProblem? {
    do { try body() } catch StoreError.file(_, let problem) { return problem } catch { Issue.record(error) }
    return nil
  }

  private func opening(_ mode: MeasurementStore.Mode = .readWrite) -> StoreError.FileProblem? {
    problem { _ = try MeasurementStore(at: file, mode: mode, patience: 0.05) }
  }

  private func raw(_ sql: String) throws {
    try DatabaseQueue(path: file.path).writeWithoutTransaction { try $0.execute(sql: sql) }
  }

  @Test("Opening creates folder and file; a reader needs the file")
  func creation() throws {
    #expect(opening(.readOnly) == .notFound)
    #expect(opening() == nil)
    #expect(opening(.readOnly) == nil)
  }

  @Test("Commits are flushed, the log is a write-ahead log, foreign keys are checked")
  func pragmas() throws {
    let store = try MeasurementStore.fresh(in: folder)
    let values = try store.read { database in
      try ["journal_mode", "synchronous", "foreign_keys", "user_version"].map {
        try String.fetchOne(database, sql: "PRAGMA \($0)")
      }
    }
    #expect(values == ["wal", "2", "1", "\(Schema.migrations.count)"])
  }

  @Test("What is no database, another program's or a damaged one is told apart")
  func foreignFiles() throws {
    try FileManager.default.createDirectory(at: folder("state"), withIntermediateDirectories: true)
    try Data("Dear diary, this is long enough to be no SQLite header at all.".utf8).write(to: file)
    #expect(opening() == .notADatabase)
    try FileManager.default.removeItem(at: file)
    try raw("CREATE TABLE diary (day TEXT)")
    #expect(opening() == .notAStore)
    #expect(opening(.readOnly) == .notAStore)
    try FileManager.default.removeItem(at: file)
    try FileManager.default.createDirectory(at: file, withIntermediateDirectories: true)
    #expect(opening() == .notAFile(kind: "a folder"))
  }

  @Test("A named pipe is refused at once", arguments: [MeasurementStore.Mode.readWrite, .readOnly])
  func pipe(_ mode: MeasurementStore.Mode) throws {
    try FileManager.default.createDirectory(at: folder("state"), withIntermediateDirectories: true)
    #expect(mkfifo(file.path, 0o600) == 0)
    #expect(opening(mode) == .notAFile(kind: "a named pipe"))
  }

  @Test("A file whose pages were overwritten is refused without a crash")
  func overwritten() throws {
    do { _ = try MeasurementStore.fresh(in: folder) }
    try raw("PRAGMA journal_mode = DELETE")
    var bytes = try Data(contentsOf: file)
    for index in 4096..<bytes.count { bytes[index] = UInt8(truncatingIfNeeded: index &* 31) }
    try bytes.write(to: file)
    guard
      case .damaged = problem({
        let store = try MeasurementStore(at: file, mode: .readWrite)
        _ = try store.open(Fixture.session(), envelope: Fixture.envelope)
      })
    else {
      Issue.record("a damaged database was accepted")
      return
    }
  }

  @Test("A spoilt page is named and not repaired")
  func damage() throws {
    let store = try MeasurementStore.fresh(in: folder)
    for _ in 0..<20 { _ = try store.open(Fixture.session(), envelope: Fixture.envelope) }
    try store.check()
    try store.queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
    var bytes = try Data(contentsOf: file)
    bytes.replaceSubrange(8192..<12_288, with: Data(repeating: 0xA5, count: 4096))
    let copy = folder("spoilt.sqlite")
    try bytes.write(to: copy)
    #expect(throws: StoreError.self) { try MeasurementStore(at: copy, mode: .readOnly).check() }
    #expect(try Data(contentsOf: copy) == bytes)
  }

  @Test("A newer schema is refused, with both versions")
  func newerSchema() throws {
    #expect(opening() == nil)
    try raw("PRAGMA user_version = 99")
    let known = Schema.migrations.count
    #expect(opening() == .newerSchema(found: 99, known: known))
    #expect(opening(.readOnly) == .newerSchema(found: 99, known: known))
  }

  @Test("A reader refuses an older schema and says which command brings it up to date; opening for writing does")
  func olderSchema() throws {
    try FileManager.default.createDirectory(at: folder("state"), withIntermediateDirectories: true)
    let known = Schema.migrations.count
    try raw(
      Schema.migrations.dropLast().joined()
        + "PRAGMA application_id = \(Schema.applicationID); PRAGMA user_version = \(known - 1)")
    #expect(opening(.readOnly) == .olderSchema(found: known - 1, known: known))
    #expect("\(StoreError.FileProblem.olderSchema(found: 3, known: 6))".contains("`resident migrate --db`"))
    #expect(opening() == nil)
    #expect(opening(.readOnly) == nil)
  }

  @Test("A reader writes nothing")
  func readOnly() throws {
    _ = try MeasurementStore.fresh(in: folder).open(Fixture.session(), envelope: Fixture.envelope)
    let reader = try MeasurementStore(at: file, mode: .readOnly)
    #expect(problem { try reader.finish(1, state: .complete) } == .readOnly)
    #expect(try reader.sessions().count == 1)
  }

  @Test("A lock that another connection keeps is an error after the patience is over")
  func locked() throws {
    let store = try MeasurementStore.fresh(in: folder, patience: 0.05)
    let other = try DatabaseQueue(path: file.path)
    try other.writeWithoutTransaction { database in
      try database.execute(sql: "BEGIN IMMEDIATE")
      #expect(problem { _ = try store.open(Fixture.session(), envelope: Fixture.envelope) } == .locked)
      try database.execute(sql: "ROLLBACK")
    }
    _ = try store.open(Fixture.session(), envelope: Fixture.envelope)
  }

  @Test("Stores that are opened at once agree on who creates the tables")
  func concurrentOpening() async throws {
    let file = file
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask { _ = try MeasurementStore(at: file, mode: .readWrite).sessions() }
      }
      try await group.waitForAll()
    }
  }
}
