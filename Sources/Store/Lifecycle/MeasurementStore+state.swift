import GRDB
import Measurements

extension MeasurementStore {
  /// Lets an interrupted session, or a running one whose process died, take measurements again.
  ///
  /// - Throws: `cannotChangeState` for a complete one.
  public func resume(_ number: SessionNumber) throws(StoreError) {
    try change(number, to: .running) { $0 != .complete }
  }

  /// Ends a running session as complete, which is final, or as interrupted.
  ///
  /// Ending it again in the same state changes nothing.
  /// - Throws: `cannotChangeState` for a session that doesn't run and for the state `running`.
  public func finish(_ number: SessionNumber, state: MeasurementSession.State) throws(StoreError) {
    try change(number, to: state) { $0 == .running && state != .running }
  }

  private func change(
    _ number: SessionNumber, to state: MeasurementSession.State, where isAllowed: (MeasurementSession.State) -> Bool
  ) throws(StoreError) {
    try write { database in
      let current = try self.state(of: try self.row(of: number, database))
      if current == state, state != .running { return }
      guard isAllowed(current) else { throw StoreError.cannotChangeState(number, from: current, to: state) }
      try database.execute(
        sql: "UPDATE sessions SET state = ? WHERE number = ?", arguments: [state.rawValue, number.rawValue])
    }
  }

  func row(of number: SessionNumber, _ database: Database) throws -> SessionRow {
    guard let row = try SessionRow.fetchOne(database, key: number.rawValue) else {
      throw StoreError.unknownSession(number)
    }
    return row
  }

  func state(of row: SessionRow) throws -> MeasurementSession.State {
    guard let state = MeasurementSession.State(rawValue: row.state) else { throw damaged("session state \(row.state)") }
    return state
  }

  /// The row of a session that must be running.
  func runningRow(of number: SessionNumber, _ database: Database) throws -> SessionRow {
    let row = try row(of: number, database)
    let state = try state(of: row)
    guard state == .running else { throw StoreError.notRunning(number, state) }
    return row
  }
}
