import JSON
import Measurements

extension PublicSession {
  var incidentRows: [JSONValue] {
    surroundings.incidents.enumerated().map { number, incident in
      .row([
        IncidentColumn.schemaVersion: .integer(datasetSchemaVersion), .session: .string(session.uuid),
        .incident: .integer(number), .kind: .string(incident.kind.rawValue), .occurredAt: .number(incident.occurredAt),
        .model: .text(incident.model?.rawValue), .message: .string(incident.detail),
        .environment: .string(session.environment.rawValue), .hostFingerprint: .string(session.host.fingerprint),
      ])
    }
  }

  var hostReadingRows: [JSONValue] {
    surroundings.blocks.enumerated().map { number, block in
      let reading = block.observation.reading
      return .row([
        HostReadingColumn.schemaVersion: .integer(datasetSchemaVersion), .session: .string(session.uuid),
        .reading: .integer(number), .cell: .string(block.cell.rawValue), .block: .integer(block.block),
        .loadAverage: .number(reading.loadAverage), .stealShare: .number(reading.stealShare),
        .freeMemory: .integer(reading.freeMemoryBytes), .swap: .integer(reading.swapBytes),
        .temperature: .number(reading.temperature), .isOnMains: reading.isOnMains.map { .bool($0) } ?? .null,
        .calibrationRate: .number(reading.calibrationRate), .environment: .string(session.environment.rawValue),
        .hostFingerprint: .string(session.host.fingerprint),
      ])
    }
  }

  var memoryTraceRows: [JSONValue] {
    surroundings.blocks.enumerated().flatMap { number, block in
      block.observation.traces.map { trace in
        .row([
          MemoryTraceColumn.schemaVersion: .integer(datasetSchemaVersion), .session: .string(session.uuid),
          .reading: .integer(number), .subject: .string(trace.subject.rawValue), .startedAt: .number(trace.startedAt),
          .series: .array(trace.values.map { .integer(Int($0)) }),
        ])
      }
    }
  }
}
