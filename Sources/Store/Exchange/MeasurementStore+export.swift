import GRDB
import Measurements

/// What can't change any more of a session, and so can be published.
public struct ExportableSession: Sendable, Equatable {
  public var number: SessionNumber
  /// Unique over all hosts.
  public var uuid: String
  public var origin: Origin
  /// Of its verdicts, oldest first.
  public var verdicts: [VerdictKey]
  /// How often it was set aside and restored, oldest first.
  public var setAsides: [SetAsideRecord]
}

/// What tells a verdict from the other verdicts about its session.
public struct VerdictKey: Sendable, Hashable {
  /// Seconds since 1970.
  public var recordedAt: Double
  public var outcome: String

  public init(recordedAt: Double, outcome: String) {
    self.recordedAt = recordedAt
    self.outcome = outcome
  }
}

extension MeasurementStore {
  /// The complete sessions with their verdicts' keys, oldest first.
  ///
  /// - Complexity: O(*n*) in sessions and verdicts; no sample is read.
  public func exportableSessions() throws(StoreError) -> [ExportableSession] {
    try read { database in
      let verdicts = try Dictionary(
        grouping: VerdictKeyRow.fetchAll(
          database, sql: "SELECT session, recorded_at_s AS recordedAt, outcome FROM verdicts ORDER BY id"),
        by: \.session)
      let setAsides = Dictionary(
        grouping: try SetAsideRow.order(Column("id")).fetchAll(database), by: \.session)
      let marks = try self.marks(database)
      return try SessionKeyRow.fetchAll(
        database, sql: "SELECT number, uuid FROM sessions WHERE state = 'complete' ORDER BY number"
      ).map { row in
        ExportableSession(
          number: SessionNumber(rawValue: row.number), uuid: row.uuid,
          origin: marks[row.number]?.origin ?? .measured, verdicts: verdicts[row.number, default: []].map(\.key),
          setAsides: setAsides[row.number, default: []].map(\.record))
      }
    }
  }
}

private struct SessionKeyRow: Codable, FetchableRecord {
  var number: Int64
  var uuid: String
}

private struct VerdictKeyRow: Codable, FetchableRecord {
  var session: Int64
  var recordedAt: Double
  var outcome: String

  var key: VerdictKey { VerdictKey(recordedAt: recordedAt, outcome: outcome) }
}
