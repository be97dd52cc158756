import JSON
import Measurements

/// Something that went otherwise than planned.
enum IncidentColumn: String, TableColumn {
  case schemaVersion = "schema_version"
  case session
  case incident
  case kind
  case occurredAt = "occurred_at"
  case model
  case message
  case environment = "env_class"
  case hostFingerprint = "host_fingerprint"

  var definition: ColumnDefinition {
    switch self {
    case .schemaVersion: .always(.integer, "version of the tables")
    case .session: .always(.text, "UUID of the session")
    case .incident: .always(.integer, "within the session, from 0, in the order of recording")
    case .kind: .always(.text, "what went otherwise than planned")
    case .occurredAt: .always(.number, "seconds since 1970")
    case .model: .optional(.text, "model that it happened to")
    case .message: .always(.text, "what happened, in words of the program")
    case .environment: .always(.text, "isolated or under-load")
    case .hostFingerprint: .always(.text, "SHA-256 over the host's description")
    }
  }
}

extension PublicSession {
  var incidentRows: [JSONValue] {
    context.incidents.enumerated().map { number, incident in
      .row([
        IncidentColumn.schemaVersion: .integer(datasetSchemaVersion), .session: .string(session.uuid),
        .incident: .integer(number), .kind: .string(incident.kind.rawValue), .occurredAt: .number(incident.occurredAt),
        .model: .text(incident.model?.rawValue), .message: .string(incident.detail),
        .environment: .string(session.environment.rawValue), .hostFingerprint: .string(session.host.fingerprint),
      ])
    }
  }
}

extension Incident {
  /// - Throws: `malformed`.
  init(_ row: TableRow<IncidentColumn>) throws(DatasetError) {
    self.init(
      kind: try row.choice(.kind), occurredAt: try row.number(.occurredAt), model: try row.optionalChoice(.model),
      detail: try row.text(.message))
  }
}
