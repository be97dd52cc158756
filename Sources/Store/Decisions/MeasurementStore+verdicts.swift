import GRDB
import JSON

/// A verdict as it was given, one of a session's history.
public struct VerdictRecord: Sendable, Equatable {
  public var session: SessionNumber
  /// Seconds since 1970.
  public var recordedAt: Double
  /// One word, such as `promote`.
  public var outcome: String
  public var verdict: JSONValue

  public init(session: SessionNumber, recordedAt: Double, outcome: String, verdict: JSONValue) {
    self.session = session
    self.recordedAt = recordedAt
    self.outcome = outcome
    self.verdict = verdict
  }
}

extension MeasurementStore {
  /// Adds a verdict to a session's history, with the time.
  public func record(verdict: JSONValue, outcome: String, for session: SessionNumber) throws(StoreError) {
    try write { database in
      _ = try self.row(of: session, database)
      try self.insert(
        VerdictRecord(session: session, recordedAt: self.clock(), outcome: outcome, verdict: verdict), database)
    }
  }

  /// Adds a verdict to a session's history, unless it is what the history ends with.
  public func recordIfNew(verdict: JSONValue, outcome: String, for session: SessionNumber) throws(StoreError) {
    guard try verdicts(of: session).last?.verdict != verdict else { return }
    try record(verdict: verdict, outcome: outcome, for: session)
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
