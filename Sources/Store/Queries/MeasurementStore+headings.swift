import GRDB
import Measurements

extension MeasurementStore {
  /// All sessions, newest first.
  ///
  /// - Complexity: O(*n*) in sessions, however many samples they have.
  public func headings() throws(StoreError) -> [SessionHeading] {
    try read { database in
      let hosts = Dictionary(
        try HostRow.fetchAll(database).map { ($0.fingerprint, $0.host) }, uniquingKeysWith: { first, _ in first })
      return try SessionRow.order(Column("number").desc).fetchAll(database).map { row in
        guard let number = row.number, let session = hosts[row.host].flatMap(row.session(on:)) else {
          throw self.damaged("session \(row.number ?? 0)")
        }
        return SessionHeading(
          number: SessionNumber(rawValue: number), session: session, state: try self.state(of: row))
      }
    }
  }
}
