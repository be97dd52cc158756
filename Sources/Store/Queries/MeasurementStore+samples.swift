import GRDB
import JSON
import Measurements

extension MeasurementStore {
  /// The samples of a side, or of the whole session for nil, in the order of measurement.
  ///
  /// - Complexity: O(*n* log *n*) in the session's samples.
  public func samples(of session: SessionNumber, side: Side?) throws(StoreError) -> [Sample] {
    try read { database in
      _ = try self.row(of: session, database)
      return try self.samples(of: session, side: side, database)
    }
  }

  /// The samples of each run of a session, runs in the order of loading, samples in the order of measurement.
  public func samplesByRun(of session: SessionNumber) throws(StoreError) -> [[Sample]] {
    try read { database in
      _ = try self.row(of: session, database)
      let runs = try Int64.fetchAll(
        database, sql: "SELECT number FROM runs WHERE session = ? ORDER BY number", arguments: [session.rawValue])
      return try runs.map { run in
        try self.samples(
          of: session, where: "samples.run = :run", ["run": run], database)
      }
    }
  }

  /// All that is stored of a session but its samples.
  public func session(_ number: SessionNumber) throws(StoreError) -> SessionRecord {
    try read { try self.session(number, $0) }
  }

  /// - Parameter scope: Which of them.
  func samples(
    of session: SessionNumber, side: Side?, scope: EvidenceScope = .all, _ database: Database
  ) throws -> [Sample] {
    var condition = """
      samples.run IN (SELECT number FROM runs WHERE session = :session AND (:side IS NULL OR side = :side))
      """
    // A turn's item begins with "#", an item's name never does.
    if scope == .blocks { condition += " AND (\(BlockIndexMigration.condition))" }
    return try samples(
      of: session, where: condition, ["session": session.rawValue, "side": side?.rawValue], database)
  }

  private func samples(
    of session: SessionNumber, where condition: String, _ arguments: StatementArguments, _ database: Database
  ) throws -> [Sample] {
    let turns = try TurnRow.fetchAll(
      database,
      sql: "SELECT turns.* FROM turns JOIN samples ON samples.id = turns.sample WHERE \(condition)",
      arguments: arguments)
    let turnsBySample = Dictionary(turns.map { ($0.sample, $0) }, uniquingKeysWith: { first, _ in first })
    let rows = try SampleRow.fetchCursor(
      database, sql: "SELECT \(SampleRow.selection) FROM samples WHERE \(condition) ORDER BY samples.id",
      arguments: arguments)
    var samples: [Sample] = []
    while let row = try rows.next() {
      guard let sample = row.sample(turnsBySample.isEmpty ? nil : row.id.flatMap { turnsBySample[$0] }) else {
        throw damaged("a sample of session \(session), cell \(row.cell), block \(row.block)")
      }
      samples.append(sample)
    }
    return samples
  }

  func session(_ number: SessionNumber, _ database: Database) throws -> SessionRecord {
    let row = try row(of: number, database)
    let runs = try RunRow.filter(Column("session") == number.rawValue).order(Column("number")).fetchAll(database)
    guard let host = try HostRow.fetchOne(database, key: row.host)?.host, let session = row.session(on: host),
      let envelope = try envelope(row.envelopeHash, database)
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

  /// The envelope of that hash; nil where there is none, or it is no JSON.
  private func envelope(_ hash: String, _ database: Database) throws -> JSONValue? {
    if let known = envelopes[hash] { return known }
    guard let envelope = try EnvelopeRow.fetchOne(database, key: hash)?.envelope else { return nil }
    envelopes.keep(envelope, hash: hash)
    return envelope
  }
}
