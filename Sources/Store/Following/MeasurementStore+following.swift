import GRDB
import Measurements

/// How far a running session has come.
public struct SessionProgress: Sendable, Equatable {
  public var number: SessionNumber
  /// Seconds since 1970.
  public var startedAt: Double
  public var role: Role?
  /// Nil for a model that is measured alone.
  public var resident: ModelID?
  public var candidate: ModelID
  public var envelopeID: String
  /// Samples of either side so far, whatever their status.
  public var samples: Int
  public var voidBlocks: Int
  /// Where the newest sample was taken; nil before the first.
  public var last: Place?

  /// The newest sample's place.
  public struct Place: Sendable, Equatable {
    public var cell: CellID
    /// From 0.
    public var block: Int
    public var side: Side?
    public var item: String?
    /// Seconds since 1970.
    public var startedAt: Double
  }
}

extension MeasurementStore {
  /// The sessions that are marked as running, newest first: one is measured now at most, the others died.
  ///
  /// - Complexity: O(*n*) in the samples of those sessions.
  public func progress(limit: Int = 4) throws(StoreError) -> [SessionProgress] {
    try read { database in
      let sessions = try SessionRow.filter(Column("state") == MeasurementSession.State.running.rawValue)
        .order(Column("number").desc).limit(limit).fetchAll(database)
      return try sessions.compactMap { try Self.progress(of: $0, database) }
    }
  }

  private static func progress(of row: SessionRow, _ database: Database) throws -> SessionProgress? {
    guard let number = row.number else { return nil }
    let counts = try Row.fetchOne(
      database,
      sql: """
        SELECT count(*) AS samples, max(samples.id) AS newest,
          (SELECT count(*) FROM voids WHERE voids.session = ?) AS voids
        FROM samples WHERE run IN (SELECT number FROM runs WHERE session = ?)
        """, arguments: [number, number])
    let newest: Int64? = counts?["newest"]
    return SessionProgress(
      number: SessionNumber(rawValue: number), startedAt: row.startedAt, role: row.role.map(Role.init(rawValue:)),
      resident: row.resident.map(ModelID.init(rawValue:)), candidate: ModelID(rawValue: row.candidate),
      envelopeID: row.envelopeID, samples: counts?["samples"] ?? 0, voidBlocks: counts?["voids"] ?? 0,
      last: try newest.flatMap { try place(of: $0, database) })
  }

  private static func place(of sample: Int64, _ database: Database) throws -> SessionProgress.Place? {
    try Row.fetchOne(
      database,
      sql: """
        SELECT samples.cell, samples.block, samples.item, samples.started_at_s, runs.side
        FROM samples JOIN runs ON runs.number = samples.run WHERE samples.id = ?
        """, arguments: [sample]
    ).map { row in
      let side: String? = row["side"]
      return SessionProgress.Place(
        cell: CellID(rawValue: row["cell"]), block: row["block"], side: side.flatMap(Side.init(rawValue:)),
        item: row["item"], startedAt: row["started_at_s"])
    }
  }
}

/// How far a store has come, samples apart: where two revisions are equal, sessions, verdicts, edits and nights are too.
public struct StoreRevision: Sendable, Hashable, CustomStringConvertible {
  /// The number of the newest session, 0 where there is none; likewise for the other rows.
  public var newestSession: Int64
  public var completeSessions: Int
  /// The numbers of the sessions that run, in order.
  public var running: [Int64]
  public var newestVerdict: Int64
  public var newestEdit: Int64
  public var pendingEdits: Int
  public var newestNight: Int64
  public var newestSetAside: Int64

  /// The figures in a fixed order with dashes between, for names of versions.
  public var description: String {
    [
      String(newestSession), String(completeSessions), running.map(String.init).joined(separator: "+"),
      String(newestVerdict), String(newestEdit), String(pendingEdits), String(newestNight), String(newestSetAside),
    ].joined(separator: "-")
  }
}

extension MeasurementStore {
  /// SQLite's `data_version`: it differs from that of the last call where another connection has committed since.
  ///
  /// - Complexity: O(1); nothing but the file's header is looked at.
  public func dataVersion() throws(StoreError) -> Int {
    try read { try Int.fetchOne($0, sql: "PRAGMA data_version") ?? 0 }
  }

  /// How far the store has come, samples apart.
  ///
  /// - Complexity: O(*n*) in the number of sessions.
  public func revision() throws(StoreError) -> StoreRevision {
    try read { database in
      let sessions = try Row.fetchOne(
        database,
        sql:
          "SELECT ifnull(max(number), 0) AS newest, count(*) FILTER (WHERE state = 'complete') AS complete FROM sessions"
      )
      let edits = try Row.fetchOne(
        database,
        sql: """
          SELECT ifnull(max(rowid), 0) AS newest, count(*) FILTER (WHERE state = 'pending') AS pending
          FROM registry_edits
          """)
      return StoreRevision(
        newestSession: sessions?["newest"] ?? 0, completeSessions: sessions?["complete"] ?? 0,
        running: try Int64.fetchAll(
          database, sql: "SELECT number FROM sessions WHERE state = 'running' ORDER BY number"),
        newestVerdict: try Self.newest(of: "verdicts", database), newestEdit: edits?["newest"] ?? 0,
        pendingEdits: edits?["pending"] ?? 0, newestNight: try Self.newest(of: "nights", database),
        newestSetAside: try Self.newest(of: "set_asides", database))
    }
  }

  private static func newest(of table: String, _ database: Database) throws -> Int64 {
    try Int64.fetchOne(database, sql: "SELECT max(id) FROM \(table)") ?? 0
  }
}
