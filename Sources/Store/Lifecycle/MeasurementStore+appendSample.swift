import GRDB
import Measurements

extension MeasurementStore {
  /// Keeps a sample for good: it is on the medium when this returns.
  ///
  /// SQLite ends a text at U+0000, which therefore becomes "␀" in answers and messages.
  ///
  /// - Throws: `unknownRun`, `notRunning`, `sampleExists` where the place was measured before by any run of that side
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
    if let turn = sample.turn, let round = sample.place.round {
      try TurnRow(turn, round: round, sample: database.lastInsertedRowID).insert(database)
    }
  }

  private func isMeasured(_ place: Sample.Place, by run: RunRow, _ database: Database) throws -> Bool {
    try Bool.fetchOne(
      database,
      sql: """
        SELECT EXISTS (
          SELECT 1 FROM runs JOIN samples ON samples.run = runs.number
          WHERE runs.session = ? AND runs.side IS ? AND cell = ? AND block = ? AND repetition = ?
            AND ifnull(item, '') = ?)
        """,
      arguments: [
        run.session, run.side, place.cell.rawValue, place.block, place.repetition,
        place.item ?? place.round.map { "#\($0)" } ?? "",
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
