import GRDB
import Measurements

extension MeasurementStore {
  /// All sessions, newest first.
  public func sessions() throws(StoreError) -> [SessionSummary] {
    try read { database in
      let hosts = Dictionary(
        try HostRow.fetchAll(database).map { ($0.fingerprint, $0.host) }, uniquingKeysWith: { first, _ in first })
      let samples = try Counts.fetch(
        database,
        sql: """
          SELECT session, count(*) AS total, count(*) FILTER (WHERE status = 'success') AS successes
          FROM samples JOIN runs ON runs.number = samples.run GROUP BY session
          """)
      let voids = try Counts.fetch(
        database, sql: "SELECT session, count(*) AS total, 0 AS successes FROM voids GROUP BY session")
      let outcomes = try Outcome.fetch(database)
      return try SessionRow.order(Column("number").desc).fetchAll(database).map { row in
        guard let number = row.number, let session = hosts[row.host].flatMap(row.session(on:)) else {
          throw self.damaged("session \(row.number ?? 0)")
        }
        return SessionSummary(
          number: SessionNumber(rawValue: number), session: session, state: try self.state(of: row),
          sampleCount: samples[number]?.total ?? 0, successCount: samples[number]?.successes ?? 0,
          voidCount: voids[number]?.total ?? 0, outcome: outcomes[number])
      }
    }
  }
}

private struct Counts: Codable, FetchableRecord {
  var session: Int64
  var total: Int
  var successes: Int

  static func fetch(_ database: Database, sql: String) throws -> [Int64: Counts] {
    Dictionary(try fetchAll(database, sql: sql).map { ($0.session, $0) }, uniquingKeysWith: { first, _ in first })
  }
}

/// The outcome of a session's last verdict.
private struct Outcome: Codable, FetchableRecord {
  var session: Int64
  var outcome: String

  static func fetch(_ database: Database) throws -> [Int64: String] {
    let rows = try fetchAll(database, sql: "SELECT session, outcome FROM verdicts ORDER BY id")
    return Dictionary(rows.map { ($0.session, $0.outcome) }, uniquingKeysWith: { $1 })
  }
}
