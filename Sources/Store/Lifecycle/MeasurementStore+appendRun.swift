import GRDB
import Measurements

extension MeasurementStore {
  /// Records that a model was loaded for a running session.
  ///
  /// A session has one run a side, and one more each time that the side's worker had to be started anew, after a crash
  /// or a resumption; that must have the same weights and engine build as the first.
  ///
  /// - Throws: `notRunning`, `runMismatch`, or `invalidValue` for names that contain U+0000 and times that
  ///   are not finite.
  public func append(_ run: Run, to session: SessionNumber) throws(StoreError) -> RunNumber {
    try run.validate()
    return try write { try self.insert(run, to: session, $0) }
  }

  func insert(_ run: Run, to session: SessionNumber, _ database: Database) throws -> RunNumber {
    let row = try runningRow(of: session, database)
    if let difference = run.difference(from: row) {
      throw StoreError.runMismatch(session, run.side, difference: difference)
    }
    let first = try RunRow.filter(Column("session") == session.rawValue && Column("side") == run.side?.rawValue)
      .order(Column("number")).fetchOne(database)
    let new = RunRow(run, session: session)
    if let first, let difference = new.difference(from: first) {
      throw StoreError.runMismatch(session, run.side, difference: difference)
    }
    try new.insert(database)
    return RunNumber(rawValue: database.lastInsertedRowID)
  }
}

extension Run {
  func validate() throws(StoreError) {
    guard loadSeconds.isFinite, readinessSeconds.isFinite else {
      throw .invalidValue(of: "the run", problem: "has a time that is not finite")
    }
    for name in [model.rawValue, engine.name, engine.version, engine.instructionSet] where name.utf8.contains(0) {
      throw .invalidValue(of: "the run", problem: "has a name that contains U+0000")
    }
  }

  /// Why the run is none of the session's, or nil.
  fileprivate func difference(from session: SessionRow) -> String? {
    guard (side == nil) == (session.resident == nil) else {
      return side == nil ? "a comparison's run needs a side" : "the session compares nothing"
    }
    let expected = side == .resident ? session.resident : session.candidate
    return model.rawValue == expected ? nil : "it is of \(model), not of \(expected ?? "none")"
  }
}

extension RunRow {
  /// Why the run can't go on where the other ended, or nil.
  fileprivate func difference(from first: RunRow) -> String? {
    if weightsHash != first.weightsHash { return "its weights are not those that the session began with" }
    if proof != first.proof { return "its weights are not proven as those that the session began with" }
    let build = [engine, engineVersion, instructionSet, "\(threads) threads"]
    let firstBuild = [first.engine, first.engineVersion, first.instructionSet, "\(first.threads) threads"]
    guard build != firstBuild else { return nil }
    return "its engine is \(build.joined(separator: " ")), not \(firstBuild.joined(separator: " "))"
  }
}
