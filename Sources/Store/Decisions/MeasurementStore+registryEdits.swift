import GRDB
import Measurements

/// That someone asked for a role to be repointed, and what became of it.
///
/// It is recorded as `pending` before the registry's file is touched and as `done` or `abandoned` afterwards, so that a
/// pending one tells of a crash in between: compare the file with `from` and `to`.
public struct RegistryEditRecord: Sendable, Equatable, Identifiable {
  public enum Kind: String, Sendable, CaseIterable {
    case promotion
    case rollback
  }

  public enum State: String, Sendable, CaseIterable {
    case pending
    case done
    /// The file was not changed.
    case abandoned
  }

  /// Unique over all hosts; a UUID.
  public var id: String
  /// Seconds since 1970.
  public var requestedAt: Double
  public var role: Role
  public var from: ModelID
  public var to: ModelID
  /// The comparison that speaks for it.
  public var comparison: SessionNumber?
  /// Who asked, such as a user's name or that of a CI job.
  public var requestedBy: String
  public var kind: Kind
  public var state: State
  /// The path of the edited file; nil for edits from before it was recorded.
  public var file: String?
  /// The edit that this one was made with: those of one have the same. Nil for edits from before it was recorded.
  public var edit: String?
  /// Whether the model that several roles share got another id, so that they moved together and go back together.
  public var sharesModel: Bool

  public init(
    id: String, requestedAt: Double, role: Role, from: ModelID, to: ModelID, comparison: SessionNumber?,
    requestedBy: String, kind: Kind, state: State, file: String? = nil, edit: String? = nil, sharesModel: Bool = false
  ) {
    self.id = id
    self.requestedAt = requestedAt
    self.role = role
    self.from = from
    self.to = to
    self.comparison = comparison
    self.requestedBy = requestedBy
    self.kind = kind
    self.state = state
    self.file = file
    self.edit = edit
    self.sharesModel = sharesModel
  }
}

extension MeasurementStore {
  /// Records a registry edit, or the outcome of one that is recorded as pending.
  ///
  /// Recording the same again changes nothing.
  ///
  /// - Throws: `editConflict` if the id is recorded with another content or another final outcome;
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

/// A registry edit as a row of the table `registry_edits`.
struct RegistryEditRow: Codable, Equatable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "registry_edits"

  var id: String
  var requestedAt: Double
  var role: String
  var from: String
  var to: String
  var session: Int64?
  var requestedBy: String
  var kind: String
  var state: String
  var file: String?
  /// The edit that the row is part of.
  var company: String?
  var sharesModel: Bool?

  enum CodingKeys: String, CodingKey {
    case id, role, session, kind, state, file
    case company = "edit"
    case sharesModel = "shares_model"
    case requestedAt = "requested_at_s"
    case from = "from_model"
    case to = "to_model"
    case requestedBy = "requested_by"
  }
}

extension RegistryEditRow {
  init(_ edit: RegistryEditRecord) {
    id = edit.id
    requestedAt = edit.requestedAt
    role = edit.role.rawValue
    from = edit.from.rawValue
    to = edit.to.rawValue
    session = edit.comparison?.rawValue
    requestedBy = edit.requestedBy.storable
    kind = edit.kind.rawValue
    state = edit.state.rawValue
    file = edit.file?.storable
    company = edit.edit
    sharesModel = edit.edit == nil ? nil : edit.sharesModel
  }

  /// The edit, or nil if the row's columns do not make one.
  var edit: RegistryEditRecord? {
    guard let kind = RegistryEditRecord.Kind(rawValue: kind), let state = RegistryEditRecord.State(rawValue: state)
    else { return nil }
    return RegistryEditRecord(
      id: id, requestedAt: requestedAt, role: Role(rawValue: role), from: ModelID(rawValue: from),
      to: ModelID(rawValue: to), comparison: session.map(SessionNumber.init(rawValue:)), requestedBy: requestedBy,
      kind: kind, state: state, file: file, edit: company, sharesModel: sharesModel ?? false)
  }
}
