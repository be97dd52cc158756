import Foundation
import GRDB
import Measurements

extension MeasurementStore {
  /// The database beside this one that keeps comparisons of a model with its own copy, which no promotion may come from.
  public var calibrationURL: URL {
    URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent("calibration.sqlite")
  }

  /// The sentinels of a host that were brought to their end, newest first: comparisons of a role's resident with its own
  /// copy.
  ///
  /// What `resident calibrate --real` measured is of no role, and may have planted effects. Imports say nothing about this
  /// host, and a sentinel that was set aside goes on to forbid what it forbade.
  public func sentinels(host: String) throws(StoreError) -> [SessionHeading] {
    try read { database in
      guard let measured = try HostRow.fetchOne(database, key: host)?.host else { return [] }
      let rows = try SessionRow.fetchAll(
        database,
        sql: """
          SELECT * FROM sessions
          WHERE state = 'complete' AND host = ? AND role IS NOT NULL AND import IS NULL AND EXISTS (
            SELECT 1 FROM runs own JOIN runs theirs ON theirs.session = own.session AND theirs.side = 'candidate'
            WHERE own.session = sessions.number AND own.side = 'resident'
              AND (theirs.weights_hash = own.weights_hash OR theirs.tensors_hash = own.tensors_hash))
          ORDER BY started_at_s DESC, number DESC
          """, arguments: [host])
      return try rows.map { row in
        guard let number = row.number, let session = row.session(on: measured) else {
          throw self.damaged("session \(row.number ?? 0)")
        }
        return SessionHeading(
          number: SessionNumber(rawValue: number), session: session, state: try self.state(of: row))
      }
    }
  }
}
