import GRDB
import Measurements

extension MeasurementStore {
  /// Where a session comes from, and whether it was set aside.
  public func mark(of number: SessionNumber) throws(StoreError) -> SessionMark {
    try read { database in
      _ = try self.row(of: number, database)
      return try self.mark(of: number, database)
    }
  }

  func mark(of number: SessionNumber, _ database: Database) throws -> SessionMark {
    try marks(where: "sessions.number = ?", [number.rawValue], database)[number.rawValue] ?? SessionMark()
  }

  /// The marks of all sessions that were not measured here or were set aside, by number.
  ///
  /// - Complexity: O(*n*) in sessions.
  public func marks() throws(StoreError) -> [SessionNumber: SessionMark] {
    try read { database in
      Dictionary(
        try self.marks(database).map { (SessionNumber(rawValue: $0), $1) }, uniquingKeysWith: { first, _ in first })
    }
  }

  func marks(_ database: Database) throws -> [Int64: SessionMark] { try marks(where: "TRUE", [], database) }

  private func marks(
    where condition: String, _ arguments: StatementArguments, _ database: Database
  ) throws -> [Int64: SessionMark] {
    let rows = try MarkRow.fetchAll(
      database,
      sql: """
        SELECT sessions.number, sessions.import, imports.dataset, imports.batch, imports.imported_at_s, imports.signer,
          last.is_set_aside, last.why, last.recorded_at_s, last.requested_by
        FROM sessions
        LEFT JOIN imports ON imports.number = sessions.import
        LEFT JOIN set_asides last
          ON last.id = (SELECT max(id) FROM set_asides WHERE set_asides.session = sessions.number)
        WHERE \(condition) AND (sessions.import IS NOT NULL OR last.is_set_aside)
        """, arguments: arguments)
    return Dictionary(rows.map { ($0.number, $0.mark) }, uniquingKeysWith: { first, _ in first })
  }
}

private struct MarkRow: Codable, FetchableRecord {
  var number: Int64
  var `import`: Int64?
  var dataset: String?
  var batch: String?
  var importedAt: Double?
  var signer: String?
  var isSetAside: Bool?
  var why: String?
  var recordedAt: Double?
  var requestedBy: String?

  enum CodingKeys: String, CodingKey {
    case number, `import`, dataset, batch, signer, why
    case importedAt = "imported_at_s"
    case isSetAside = "is_set_aside"
    case recordedAt = "recorded_at_s"
    case requestedBy = "requested_by"
  }

  var mark: SessionMark {
    let source = ImportSource(
      dataset: dataset, batch: batch, importedAt: importedAt, signer: signer.map(SigningKey.init(rawValue:)))
    let setAside =
      isSetAside == true ? SetAside(why: why ?? "", recordedAt: recordedAt ?? 0, requestedBy: requestedBy) : nil
    return SessionMark(origin: self.import == nil ? .measured : .imported(source), setAside: setAside)
  }
}
