import GRDB
import Measurements

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

  enum CodingKeys: String, CodingKey {
    case id, role, session, kind, state, file
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
  }

  /// The edit, or nil where the row's columns do not make one.
  var edit: RegistryEditRecord? {
    guard let kind = RegistryEditRecord.Kind(rawValue: kind), let state = RegistryEditRecord.State(rawValue: state)
    else { return nil }
    return RegistryEditRecord(
      id: id, requestedAt: requestedAt, role: Role(rawValue: role), from: ModelID(rawValue: from),
      to: ModelID(rawValue: to), comparison: session.map(SessionNumber.init(rawValue:)), requestedBy: requestedBy,
      kind: kind, state: state, file: file)
  }
}
