import GRDB
import JSON
import Measurements

/// A complete session that another database held.
public struct ImportedSession: Sendable {
  public var session: MeasurementSession
  public var envelope: JSONValue
  /// In the order of loading.
  public var runs: [Run]
  /// Of each run, in the order of measurement.
  public var samples: [[Sample]]
  public var voids: [BlockVoid]
  public var context: HostContext

  public init(
    session: MeasurementSession, envelope: JSONValue, runs: [Run], samples: [[Sample]], voids: [BlockVoid],
    context: HostContext = HostContext()
  ) {
    self.session = session
    self.envelope = envelope
    self.runs = runs
    self.samples = samples
    self.voids = voids
    self.context = context
  }
}

extension MeasurementStore {
  /// Adds a session of another database whole, unless it is here already; nothing of one that is refused is kept.
  ///
  /// Its challenge stays what that database counted, so that two of one resident may have the same number then: neither
  /// can promote, and `resident verify` names them.
  ///
  /// - Returns: Whether it was added.
  /// - Throws: `envelopeMismatch`, `hostMismatch`, `runMismatch`, or `invalidValue` for what no measurement can have.
  public func merge(_ imported: ImportedSession) throws(StoreError) -> Bool {
    for run in imported.runs { try run.validate() }
    for sample in imported.samples.joined() { try sample.validate() }
    try Self.validate(imported.context)
    let document = try Self.document(of: imported.envelope, for: imported.session)
    return try write { database in
      guard try SessionRow.filter(Column("uuid") == imported.session.uuid).isEmpty(database) else { return false }
      let number = try self.insert(imported.session, document, database)
      for (run, samples) in zip(imported.runs, imported.samples) {
        let row = try self.insert(run, to: number, database)
        for sample in samples { try self.insert(sample, run: row, database) }
      }
      for void in imported.voids { try VoidRow(void, session: number).insert(database) }
      try self.insert(imported.context, session: number, database)
      try database.execute(
        sql: "UPDATE sessions SET state = 'complete' WHERE number = ?", arguments: [number.rawValue])
      return true
    }
  }

  /// Adds a verdict of another database with the time at which that recorded it.
  public func merge(_ verdict: VerdictRecord) throws(StoreError) {
    try write { database in
      _ = try self.row(of: verdict.session, database)
      try self.insert(verdict, database)
    }
  }
}
