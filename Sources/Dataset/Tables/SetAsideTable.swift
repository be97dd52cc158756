import JSON
import Measurements
import Store

/// That a session was taken out of every decision, or let in again.
enum SetAsideColumn: String, TableColumn {
  case schemaVersion = "schema_version"
  case timestamp
  case gitRevision = "git_sha"
  case trigger
  case session
  case recordedAt = "recorded_at"
  case isSetAside = "is_set_aside"
  case why

  var definition: ColumnDefinition {
    switch self {
    case .schemaVersion: .always(.integer, "version of the tables")
    case .timestamp: .always(.text, "when it was recorded, UTC")
    case .gitRevision: .always(.text, "revision of the program that exported")
    case .trigger: .always(.text, "what started the export")
    case .session: .always(.text, "UUID of the session")
    case .recordedAt: .always(.number, "seconds since 1970")
    case .isSetAside: .always(.boolean, "false where it takes back an earlier one")
    case .why: .always(.text, "the reason, in words of the program")
    }
  }
}

/// A row of `set_asides` as it is exported.
struct PublishedSetAside {
  /// What the index says of it.
  let entry: IndexEntry.SetAside
  let json: JSONValue

  /// - Throws: `unusableTime`.
  init(
    _ record: SetAsideRecord, of session: PublicSession, _ redactor: Redactor, stamp: ExportStamp
  ) throws(DatasetError) {
    guard let time = UTCTime(record.recordedAt) else { throw .unusableTime(session.number) }
    let uuid = session.session.uuid
    entry = .init(session: uuid, recordedAt: record.recordedAt, isSetAside: record.isSetAside)
    json = .row([
      SetAsideColumn.schemaVersion: .integer(datasetSchemaVersion), .timestamp: .string(time.text),
      .gitRevision: .string(stamp.gitRevision), .trigger: .string(stamp.trigger), .session: .string(uuid),
      .recordedAt: .number(record.recordedAt), .isSetAside: .bool(record.isSetAside),
      .why: .string(redactor.message(record.why, names: session.cells.names)),
    ])
  }
}

extension SetAsideRecord {
  /// - Throws: `malformed`.
  init(_ row: TableRow<SetAsideColumn>) throws(DatasetError) {
    self.init(
      recordedAt: try row.number(.recordedAt), isSetAside: try row.required(.isSetAside, \.bool),
      why: try row.text(.why), requestedBy: nil)
  }
}

/// When each session of a dataset was set aside and restored.
struct SetAsideHistory {
  private var records: [String: [SetAsideRecord]] = [:]

  /// - Throws: `DatasetError` for the first shard that can't be used.
  init(of dataset: PublishedDataset) throws(DatasetError) {
    var records: [String: [SetAsideRecord]] = [:]
    try dataset.forEachRow(of: .setAsides, SetAsideColumn.self) { row throws(DatasetError) in
      records[try row.text(.session), default: []].append(try SetAsideRecord(row))
    }
    self.records = records.mapValues { $0.sorted { $0.recordedAt < $1.recordedAt } }
  }

  /// What was said last of a session before a time; nil if it was not set aside then.
  ///
  /// - Parameter time: Seconds since 1970; nil for now.
  func setAside(_ session: String, before time: Double? = nil) -> SetAsideRecord? {
    let last = records[session]?.last { time == nil || $0.recordedAt < time ?? .infinity }
    return last?.isSetAside == true ? last : nil
  }
}
