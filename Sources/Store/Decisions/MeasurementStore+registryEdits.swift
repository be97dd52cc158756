import GRDB
import Measurements

extension MeasurementStore {
  /// Records a registry edit, or the outcome of one that is recorded as pending.
  ///
  /// Recording the same again changes nothing.
  ///
  /// - Throws: `editConflict` where the id is recorded with another content or another final outcome;
  ///   `unknownSession` for the comparison; `invalidValue` for a time that is not finite or names that contain U+0000.
  public func record(_ edit: RegistryEditRecord) throws(StoreError) {
    guard edit.requestedAt.isFinite,
      [edit.id, edit.role.rawValue, edit.from.rawValue, edit.to.rawValue].allSatisfy({ !$0.utf8.contains(0) })
    else {
      throw .invalidValue(of: "the registry edit", problem: "has a time that is not finite or a name with U+0000")
    }
    let new = RegistryEditRow(edit)
    try write { database in
      if let comparison = edit.comparison { _ = try self.row(of: comparison, database) }
      guard var known = try RegistryEditRow.fetchOne(database, key: edit.id) else { return try new.insert(database) }
      if known == new { return }
      let wasPending = known.state == RegistryEditRecord.State.pending.rawValue
      known.state = new.state
      guard wasPending, known == new else { throw StoreError.editConflict(id: edit.id) }
      try database.execute(
        sql: "UPDATE registry_edits SET state = ? WHERE id = ?", arguments: [new.state, new.id])
    }
  }

  /// The edits of a role, or of all for nil, in the order they were recorded.
  public func registryEdits(role: Role?) throws(StoreError) -> [RegistryEditRecord] {
    try read { database in
      let rows = role.map { RegistryEditRow.filter(Column("role") == $0.rawValue) } ?? RegistryEditRow.all()
      return try rows.order(Column("rowid")).fetchAll(database).map { row in
        guard let edit = row.edit else { throw self.damaged("the registry edit \(row.id)") }
        return edit
      }
    }
  }
}
