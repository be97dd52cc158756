import GRDB
import Measurements

extension MeasurementStore {
  /// The samples of a side, or of the whole session for nil, in the order of measurement.
  ///
  /// - Complexity: O(*n*) in the session's samples, as all reading of one session.
  public func samples(of session: SessionNumber, side: Side?) throws(StoreError) -> [Sample] {
    try read { database in
      _ = try self.row(of: session, database)
      return try self.samples(of: session, side: side, database)
    }
  }

  /// All that is stored of a session but its samples.
  public func session(_ number: SessionNumber) throws(StoreError) -> SessionRecord {
    try read { try self.session(number, $0) }
  }

  func samples(of session: SessionNumber, side: Side?, _ database: Database) throws -> [Sample] {
    let rows = try SampleRow.fetchAll(
      database,
      sql: """
        SELECT samples.* FROM samples JOIN runs ON runs.number = samples.run
        WHERE runs.session = ? AND (? IS NULL OR runs.side = ?) ORDER BY samples.id
        """,
      arguments: [session.rawValue, side?.rawValue, side?.rawValue])
    let turns = try TurnRow.fetchAll(
      database,
      sql: """
        SELECT turns.* FROM turns JOIN samples ON samples.id = turns.sample JOIN runs ON runs.number = samples.run
        WHERE runs.session = ?
        """,
      arguments: [session.rawValue])
    let turnsBySample = Dictionary(turns.map { ($0.sample, $0) }, uniquingKeysWith: { first, _ in first })
    return try rows.map { row in
      guard let sample = row.sample(row.id.flatMap { turnsBySample[$0] }) else {
        throw self.damaged("a sample of session \(session), cell \(row.cell), block \(row.block)")
      }
      return sample
    }
  }

  func session(_ number: SessionNumber, _ database: Database) throws -> SessionRecord {
    let row = try row(of: number, database)
    let runs = try RunRow.filter(Column("session") == number.rawValue).order(Column("number")).fetchAll(database)
    guard let host = try HostRow.fetchOne(database, key: row.host)?.host, let session = row.session(on: host),
      let envelope = try EnvelopeRow.fetchOne(database, key: row.envelopeHash)?.envelope
    else { throw damaged("session \(number)") }
    return SessionRecord(
      number: number, session: session, state: try state(of: row), envelope: envelope,
      runs: try runs.map { row in
        guard let run = row.run else { throw self.damaged("a run of session \(number)") }
        return run
      },
      voids: try VoidRow.filter(Column("session") == number.rawValue).order(Column("id")).fetchAll(database)
        .map(\.void))
  }
}
