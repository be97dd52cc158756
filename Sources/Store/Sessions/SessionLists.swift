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
      let marks = try self.marks(database)
      return try SessionRow.order(Column("number").desc).fetchAll(database).map { row in
        guard let number = row.number, let session = hosts[row.host].flatMap(row.session(on:)) else {
          throw self.damaged("session \(row.number ?? 0)")
        }
        return SessionSummary(
          number: SessionNumber(rawValue: number), session: session, state: try self.state(of: row),
          sampleCount: samples[number]?.total ?? 0, successCount: samples[number]?.successes ?? 0,
          voidCount: voids[number]?.total ?? 0, outcome: outcomes[number], mark: marks[number] ?? SessionMark())
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

extension MeasurementStore {
  /// All sessions, newest first.
  ///
  /// - Complexity: O(*n*) in sessions, however many samples they have.
  public func headings() throws(StoreError) -> [SessionHeading] {
    try read { database in
      let hosts = Dictionary(
        try HostRow.fetchAll(database).map { ($0.fingerprint, $0.host) }, uniquingKeysWith: { first, _ in first })
      let marks = try self.marks(database)
      return try SessionRow.order(Column("number").desc).fetchAll(database).map { row in
        guard let number = row.number, let session = hosts[row.host].flatMap(row.session(on:)) else {
          throw self.damaged("session \(row.number ?? 0)")
        }
        return SessionHeading(
          number: SessionNumber(rawValue: number), session: session, state: try self.state(of: row),
          mark: marks[number] ?? SessionMark())
      }
    }
  }
}

/// A session without anything that was measured in it.
public struct SessionHeading: Sendable, Equatable {
  public var number: SessionNumber
  public var session: MeasurementSession
  public var state: MeasurementSession.State
  public var mark: SessionMark

  public init(
    number: SessionNumber, session: MeasurementSession, state: MeasurementSession.State,
    mark: SessionMark = SessionMark()
  ) {
    self.number = number
    self.session = session
    self.state = state
    self.mark = mark
  }
}

/// A line of the list of sessions.
public struct SessionSummary: Sendable, Equatable {
  public var number: SessionNumber
  public var session: MeasurementSession
  public var state: MeasurementSession.State
  /// Samples of either side, whatever their status.
  public var sampleCount: Int
  /// Those with the status `success`.
  public var successCount: Int
  public var voidCount: Int
  /// The outcome of the verdict recorded last.
  public var outcome: String?
  public var mark: SessionMark
}

extension MeasurementStore {
  /// How long each complete session took, loading included, and whether every sample is a success.
  ///
  /// Pauses of more than an hour are left out: a comparison may end in another night than it began in.
  public func durations() throws(StoreError) -> [SessionNumber: (minutes: Double, isWhole: Bool)] {
    try read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          WITH measured AS (
            SELECT sessions.number AS session, sessions.started_at_s AS beginning, samples.status,
              samples.started_at_s AS start, samples.started_at_s + samples.elapsed_ns / 1e9 AS end
            FROM sessions JOIN runs ON runs.session = sessions.number JOIN samples ON samples.run = runs.number
            WHERE sessions.state = 'complete'),
          steps AS (
            SELECT *, max(end) OVER (
                PARTITION BY session ORDER BY start ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS last
            FROM measured)
          SELECT session,
            max(end) - min(beginning) - total(start - last) FILTER (WHERE start - last > 3600)
              + (
                SELECT sum(load_s + readiness_s) FROM runs
                WHERE number IN (SELECT min(number) FROM runs WHERE session = steps.session GROUP BY side)) AS seconds,
            min(status = 'success') AS is_whole
          FROM steps GROUP BY session
          """)
      return Dictionary(
        rows.map { row in
          let seconds: Double = row["seconds"] ?? 0
          let isWhole: Bool = row["is_whole"] ?? false
          return (SessionNumber(rawValue: row["session"]), (max(0, seconds) / 60, isWhole))
        }, uniquingKeysWith: { first, _ in first })
    }
  }
}
