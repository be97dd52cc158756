import GRDB
import Measurements

extension MeasurementStore {
  /// Keeps a sample for good: it is on the medium when this returns.
  ///
  /// SQLite ends a text at U+0000, which therefore becomes "␀" in answers and messages.
  ///
  /// - Throws: `unknownRun`, `notRunning`, `sampleExists` if the place was measured before by any run of that side
  ///   of the session, or `invalidValue`.
  public func append(_ sample: Sample, to run: RunNumber) throws(StoreError) {
    try sample.validate()
    try write { database in
      guard let own = try RunRow.fetchOne(database, key: run.rawValue) else { throw StoreError.unknownRun(run) }
      let session = SessionNumber(rawValue: own.session)
      _ = try self.runningRow(of: session, database)
      if try self.isMeasured(sample.place, by: own, database) {
        throw StoreError.sampleExists(session, sample.place)
      }
      try self.insert(sample, run: run, database)
    }
  }

  /// Adds a valid sample to a run; a trigger refuses a place that was measured before.
  func insert(_ sample: Sample, run: RunNumber, _ database: Database) throws {
    try SampleRow(sample, run: run).insert(database)
    if let turn = sample.turn { try TurnRow(turn, sample: database.lastInsertedRowID).insert(database) }
  }

  private func isMeasured(_ place: Sample.Place, by run: RunRow, _ database: Database) throws -> Bool {
    try Bool.fetchOne(
      database,
      sql: """
        SELECT EXISTS (
          SELECT 1 FROM runs JOIN samples ON samples.run = runs.number
          WHERE runs.session = ? AND runs.side IS ? AND cell = ? AND block = ? AND repetition = ?
            AND item IS ? AND round IS ?)
        """,
      arguments: [
        run.session, run.side, place.cell.rawValue, place.block, place.repetition, place.item, place.round,
      ]) ?? false
  }
}

extension Sample {
  func validate() throws(StoreError) {
    if let problem { throw .invalidValue(of: "the sample", problem: problem) }
    for name in [place.cell.rawValue, place.item ?? ""] where name.utf8.contains(0) {
      throw .invalidValue(of: "the sample", problem: "has a name that contains U+0000")
    }
  }
}

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

  /// - Parameter scope: Which of them.
  func samples(
    of session: SessionNumber, side: Side?, scope: EvidenceScope = .all, _ database: Database
  ) throws -> [Sample] {
    var condition = """
      samples.run IN (SELECT number FROM runs WHERE session = :session AND (:side IS NULL OR side = :side))
      """
    // As the index `samples_of_blocks` has it, or SQLite does not see that it serves the query.
    if scope == .blocks { condition += " AND samples.item IS NULL" }
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
}
