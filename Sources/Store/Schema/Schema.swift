import GRDB

/// The tables' versions and how a database is brought to the latest.
///
/// SQLite's `user_version` is the number of the last migration that was applied, and `application_id` tells the store
/// from other programs' databases.
struct Schema {
  let database: Database
  let path: String

  /// Once published, a migration is never edited: what it made is on users' disks.
  static let migrations = [
    Migration1.sql, Migration2.sql, ToolLoopMigration.sql, ConcurrencyMigration.sql, ProofMigration.sql,
    NightMigration.sql, ChallengeIndexMigration.sql, BlockIndexMigration.sql, OutcomeMigration.sql,
    SliceMigration.sql, TensorsMigration.sql, SharedEditMigration.sql, OriginMigration.sql,
    MemoryMigration.sql, OperatingSystemMigration.sql,
  ]
  /// "RSDT".
  static let applicationID = 0x5253_4454

  /// Makes sure that the database has the latest schema, without writing.
  func check() throws {
    let version = try version()
    guard let version else { throw StoreError.file(path: path, .notAStore) }
    guard version == Self.migrations.count else {
      throw StoreError.file(path: path, .olderSchema(found: version, known: Self.migrations.count))
    }
  }

  /// Sets the connection up for durable writing and applies the migrations that the database lacks.
  func migrate() throws {
    _ = try version()
    _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
    // FULL flushes the log at each commit; on Darwin, flushing means the drive's cache only with `fullfsync`.
    try database.execute(sql: "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON")
    if try version() == Self.migrations.count { return }
    // A table that others refer to is rebuilt by another name; within a transaction the switch would do nothing.
    try database.execute(sql: "PRAGMA foreign_keys = OFF")
    defer { try? database.execute(sql: "PRAGMA foreign_keys = ON") }
    try database.inTransaction(.immediate) {
      // Another process may have migrated before this one got the lock.
      let applied = try version() ?? 0
      for (index, sql) in Self.migrations.enumerated().dropFirst(applied) {
        try database.execute(sql: sql)
        try database.execute(sql: "PRAGMA user_version = \(index + 1)")
      }
      try database.execute(sql: "PRAGMA application_id = \(Self.applicationID)")
      try database.checkForeignKeys()
      return .commit
    }
  }

  /// The number of the last migration applied, or nil if the database is empty.
  ///
  /// - Throws: `notAStore` or `newerSchema`.
  private func version() throws -> Int? {
    let application = try Int.fetchOne(database, sql: "PRAGMA application_id")
    let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    guard application == Self.applicationID else {
      let isEmpty = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") == 0
      guard application == 0, version == 0, isEmpty else { throw StoreError.file(path: path, .notAStore) }
      return nil
    }
    guard version <= Self.migrations.count else {
      throw StoreError.file(path: path, .newerSchema(found: version, known: Self.migrations.count))
    }
    guard version > 0 else { throw StoreError.file(path: path, .damaged(reason: "schema \(version)")) }
    return version
  }
}
