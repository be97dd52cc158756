import GRDB

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
        pendingEdits: edits?["pending"] ?? 0, newestNight: try Self.newest(of: "nights", database))
    }
  }

  private static func newest(of table: String, _ database: Database) throws -> Int64 {
    try Int64.fetchOne(database, sql: "SELECT max(id) FROM \(table)") ?? 0
  }
}
