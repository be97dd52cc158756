import GRDB
import Measurements

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
