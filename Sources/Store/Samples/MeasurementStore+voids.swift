import GRDB
import Measurements

extension MeasurementStore {
  /// Marks a block of a running session as not to be scored; a block that is void already keeps its first reason.
  ///
  /// - Throws: `notRunning`, or `invalidValue` for a negative block or a name that contains U+0000.
  public func void(_ void: BlockVoid, in session: SessionNumber) throws(StoreError) {
    guard void.block >= 0, !void.cell.rawValue.utf8.contains(0) else {
      throw .invalidValue(of: "the void block", problem: "has a negative number or a cell whose name contains U+0000")
    }
    try write { database in
      let isVoid = try !VoidRow.filter(
        Column("session") == session.rawValue && Column("cell") == void.cell.rawValue && Column("block") == void.block
      ).isEmpty(database)
      if isVoid { return }
      _ = try self.runningRow(of: session, database)
      try VoidRow(void, session: session).insert(database)
    }
  }
}

/// A void block as a row of the table `voids`.
struct VoidRow: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "voids"

  var session: Int64
  var cell: String
  var block: Int
  var reason: String

  init(_ void: BlockVoid, session: SessionNumber) {
    self.session = session.rawValue
    cell = void.cell.rawValue
    block = void.block
    reason = void.reason.storable
  }

  var void: BlockVoid { BlockVoid(cell: CellID(rawValue: cell), block: block, reason: reason) }
}
