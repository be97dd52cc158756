import GRDB
import JSON
import Measurements

extension MeasurementStore {
  /// Merges what another database held, in one transaction: all of it, or nothing if `body` throws or the process dies.
  ///
  /// Others can read meanwhile, and wait if they want to write.
  ///
  /// - Throws: What `body` throws, and `StoreError.file`.
  public func merging<Value>(_ body: (StoreMerge) throws -> Value) throws -> Value {
    var problem: (any Error)?
    do {
      return try queue.write { database in
        do {
          return try body(StoreMerge(store: self, database: database))
        } catch {
          problem = error
          throw error
        }
      }
    } catch {
      if let problem, !(problem is DatabaseError) { throw problem }
      throw StoreError(error, path: path)
    }
  }
}

/// A merge that is under way: valid within the call of ``MeasurementStore/merging(_:)`` alone.
///
/// Sessions, runs and samples are checked as those that are measured here. What a table's constraints refuse is an
/// `invalidValue` with the reason.
public struct StoreMerge {
  let store: MeasurementStore
  let database: Database

  /// Keeps where the sessions of a batch come from.
  ///
  /// - Returns: The batch's number, for its sessions.
  public func begin(_ source: ImportSource) throws(StoreError) -> Int64 {
    try checked {
      try database.execute(
        sql: "INSERT INTO imports (imported_at_s, dataset, batch, signer) VALUES (?, ?, ?, ?)",
        arguments: [
          source.importedAt, source.dataset?.storable, source.batch?.storable, source.signer?.rawValue,
        ])
      return database.lastInsertedRowID
    }
  }

  /// The session of a UUID, with its mark; nil if the store has none.
  public func session(_ uuid: String) throws(StoreError) -> (number: SessionNumber, mark: SessionMark)? {
    try checked {
      guard let number = try SessionRow.filter(Column("uuid") == uuid).fetchOne(database)?.number else { return nil }
      let session = SessionNumber(rawValue: number)
      return (session, try store.mark(of: session, database))
    }
  }

  /// The session that a batch means by a UUID; nil if the store has none, or only another signer's.
  ///
  /// Anybody can give a session any UUID, so an import that another key signed, or none, does not stand in the way of a
  /// signed one: see ``name(of:signedBy:)``. What was measured here does, and an unsigned batch says nothing new of a session
  /// that is there.
  public func session(
    _ uuid: String, signedBy signer: SigningKey?
  ) throws(StoreError) -> (number: SessionNumber, mark: SessionMark)? {
    if let signer, let own = try session(Self.name(of: uuid, signedBy: signer)) { return own }
    guard let found = try session(uuid) else { return nil }
    guard let signer, case .imported(let source) = found.mark.origin, source.signer != signer else { return found }
    return nil
  }

  /// What the store calls a signed session whose UUID an import of another origin has already.
  private static func name(of uuid: String, signedBy signer: SigningKey) -> String {
    "\(uuid)@\(signer.rawValue.dropFirst(SigningKey.prefix.count).prefix(16))"
  }

  /// Adds a session of a batch, to be filled.
  ///
  /// Its challenge stays what the other database counted.
  ///
  /// - Throws: `envelopeMismatch`, `hostMismatch`, `sessionExists`, `invalidValue`.
  public func open(
    _ session: MeasurementSession, envelope: JSONValue, from batch: Int64
  ) throws(StoreError) -> SessionNumber {
    let document = try MeasurementStore.document(of: envelope, for: session)
    var session = session
    return try checked {
      if try !SessionRow.filter(Column("uuid") == session.uuid).isEmpty(database) {
        let signer = try String.fetchOne(
          database, sql: "SELECT signer FROM imports WHERE number = ?", arguments: [batch])
        guard let signer = signer.map(SigningKey.init(rawValue:)),
          try self.session(session.uuid, signedBy: signer) == nil
        else { throw StoreError.sessionExists(uuid: session.uuid) }
        session.uuid = Self.name(of: session.uuid, signedBy: signer)
      }
      return try store.insert(session, document, importNumber: batch, database)
    }
  }

  /// - Throws: `runMismatch`, `invalidValue`.
  public func append(_ run: Run, to session: SessionNumber) throws(StoreError) -> RunNumber {
    try run.validate()
    return try checked { try store.insert(run, to: session, database) }
  }

  /// - Throws: `invalidValue`, also for a place that is measured twice.
  public func append(_ sample: Sample, to run: RunNumber) throws(StoreError) {
    try sample.validate()
    try checked { try store.insert(sample, run: run, database) }
  }

  /// - Throws: `invalidValue`, also for a block that is void twice.
  public func void(_ void: BlockVoid, in session: SessionNumber) throws(StoreError) {
    guard void.block >= 0, !void.cell.rawValue.utf8.contains(0) else {
      throw .invalidValue(of: "the void block", problem: "has a negative number or a cell whose name contains U+0000")
    }
    try checked { try VoidRow(void, session: session).insert(database) }
  }

  public func append(_ incident: Incident, to session: SessionNumber) throws(StoreError) {
    try MeasurementStore.validate(incident)
    try checked { try store.insert(incident, session: session, database) }
  }

  /// Adds what was read of the host before a block.
  ///
  /// - Returns: The reading's number, for the traces through the block.
  public func append(
    _ reading: HostReading, cell: CellID, block: Int, to session: SessionNumber
  ) throws(StoreError) -> Int64 {
    try MeasurementStore.validate(reading, cell: cell, block: block)
    return try checked { try store.insert(reading, cell: cell, block: block, session: session, database) }
  }

  public func append(_ trace: MemoryTrace, toReading reading: Int64) throws(StoreError) {
    guard trace.startedAt.isFinite, trace.values.allSatisfy({ $0 >= 0 }) else {
      throw .invalidValue(of: "the memory trace", problem: "has a negative value or a time that is not finite")
    }
    try checked { try store.insert(trace, reading: reading, database) }
  }

  /// Ends a session that was filled.
  public func finish(_ session: SessionNumber) throws(StoreError) {
    try checked {
      try database.execute(
        sql: "UPDATE sessions SET state = 'complete' WHERE number = ?", arguments: [session.rawValue])
    }
  }

  /// Adds a verdict of another database with the time at which that recorded it.
  public func append(_ verdict: VerdictRecord) throws(StoreError) {
    guard verdict.recordedAt.isFinite else {
      throw .invalidValue(of: "the verdict", problem: "has a time that is not finite")
    }
    try checked {
      _ = try store.row(of: verdict.session, database)
      try store.insert(verdict, database)
    }
  }

  /// Adds that a session was set aside or restored in another database.
  public func append(_ record: SetAsideRecord, to session: SessionNumber) throws(StoreError) {
    try checked { try store.insert(record, session: session, database) }
  }

  /// The recorded verdicts of a session by what tells them apart.
  public func verdictKeys(of session: SessionNumber) throws(StoreError) -> [VerdictKey] {
    try checked {
      try Row.fetchAll(
        database, sql: "SELECT recorded_at_s, outcome FROM verdicts WHERE session = ? ORDER BY id",
        arguments: [session.rawValue]
      ).map { VerdictKey(recordedAt: $0["recorded_at_s"], outcome: $0["outcome"]) }
    }
  }

  /// How often a session was set aside and restored, oldest first.
  public func setAsides(of session: SessionNumber) throws(StoreError) -> [SetAsideRecord] {
    try checked {
      try SetAsideRow.filter(Column("session") == session.rawValue).order(Column("id")).fetchAll(database)
        .map(\.record)
    }
  }

  private func checked<Value>(_ body: () throws -> Value) throws(StoreError) -> Value {
    do {
      return try body()
    } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
      throw .invalidValue(of: "the row", problem: "breaks a rule of the store: \(error.message ?? "a constraint")")
    } catch {
      throw StoreError(error, path: store.path)
    }
  }
}
