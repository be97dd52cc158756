import GRDB
import Measurements

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
