import GRDB
import Measurements

extension MeasurementStore {
  /// Keeps an incident, of a session or of none.
  public func record(_ incident: Incident, session: SessionNumber?) throws(StoreError) {
    try Self.validate(incident)
    try write { try self.insert(incident, session: session, $0) }
  }

  static func validate(_ incident: Incident) throws(StoreError) {
    guard incident.occurredAt.isFinite else {
      throw .invalidValue(of: "the incident", problem: "has a time that is not finite")
    }
  }

  func insert(_ incident: Incident, session: SessionNumber?, _ database: Database) throws {
    try IncidentRow(incident, session: session).insert(database)
  }

  /// The incidents of a session, or all for nil, oldest first.
  public func incidents(of session: SessionNumber?) throws(StoreError) -> [Incident] {
    try read { database in
      let rows = session.map { IncidentRow.filter(Column("session") == $0.rawValue) } ?? IncidentRow.all()
      return try rows.order(Column("id")).fetchAll(database).map { row in
        guard let incident = row.incident else { throw self.damaged("an incident of kind \(row.kind)") }
        return incident
      }
    }
  }

  /// How often a model, in that state of its files, could not be measured to the end of a task.
  public func failures(of model: ModelID, stamp: String) throws(StoreError) -> Int {
    try read { database in
      try IncidentRow.filter(
        Column("model") == model.rawValue && Column("stamp") == stamp
          && Column("kind") == Incident.Kind.candidateFailed.rawValue
      ).fetchCount(database)
    }
  }
}

private struct IncidentRow: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "incidents"

  var session: Int64?
  var kind: String
  var occurredAt: Double
  var model: String?
  var stamp: String?
  var detail: String

  enum CodingKeys: String, CodingKey {
    case session, kind, model, stamp, detail
    case occurredAt = "occurred_at_s"
  }

  init(_ incident: Incident, session: SessionNumber?) {
    self.session = session?.rawValue
    kind = incident.kind.rawValue
    occurredAt = incident.occurredAt
    model = incident.model?.rawValue.storable
    stamp = incident.stamp
    detail = incident.detail.storable
  }

  var incident: Incident? {
    Incident.Kind(rawValue: kind).map {
      Incident(
        kind: $0, occurredAt: occurredAt, model: model.map(ModelID.init(rawValue:)), stamp: stamp, detail: detail)
    }
  }
}
