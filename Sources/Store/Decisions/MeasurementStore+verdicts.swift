import GRDB
import JSON

extension MeasurementStore {
  /// Adds a verdict to a session's history, with the time.
  public func record(verdict: JSONValue, outcome: String, for session: SessionNumber) throws(StoreError) {
    try write { database in
      _ = try self.row(of: session, database)
      try self.insert(
        VerdictRecord(session: session, recordedAt: self.clock(), outcome: outcome, verdict: verdict), database)
    }
  }

  func insert(_ verdict: VerdictRecord, _ database: Database) throws {
    try VerdictRow(
      session: verdict.session.rawValue, recordedAt: verdict.recordedAt, outcome: verdict.outcome.storable,
      document: verdict.verdict.serialized()
    ).insert(database)
  }

  /// The verdicts about a session, or about all for nil, oldest first.
  public func verdicts(of session: SessionNumber?) throws(StoreError) -> [VerdictRecord] {
    try read { database in
      if let session { _ = try self.row(of: session, database) }
      let rows = session.map { VerdictRow.filter(Column("session") == $0.rawValue) } ?? VerdictRow.all()
      return try rows.order(Column("id")).fetchAll(database).map { row in
        guard let verdict = try? JSONValue(parsing: row.document) else {
          throw self.damaged("a verdict of session \(row.session)")
        }
        return VerdictRecord(
          session: SessionNumber(rawValue: row.session), recordedAt: row.recordedAt, outcome: row.outcome,
          verdict: verdict)
      }
    }
  }
}

private struct VerdictRow: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "verdicts"

  var session: Int64
  var recordedAt: Double
  var outcome: String
  var document: String

  enum CodingKeys: String, CodingKey {
    case session, outcome, document
    case recordedAt = "recorded_at_s"
  }
}
