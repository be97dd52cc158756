import JSON
import Measurements

/// Memory through one block, second by second.
enum MemoryTraceColumn: String, TableColumn {
  case schemaVersion = "schema_version"
  case session
  case reading
  case subject
  case startedAt = "started_at"
  case series

  var definition: ColumnDefinition {
    switch self {
    case .schemaVersion: .always(.integer, "version of the tables")
    case .session: .always(.text, "UUID of the session")
    case .reading: .always(.integer, "reading of the host around the same block, from 0")
    case .subject:
      .always(.text, "resident, candidate: its worker's bytes; host_free, swap: bytes; pressure: hundredths")
    case .startedAt: .always(.number, "seconds since 1970, of the first value")
    case .series: .always(.integers, "values, one a second")
    }
  }
}

extension PublicSession {
  var memoryTraceRows: [JSONValue] {
    context.blocks.enumerated().flatMap { number, block in
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

extension MemoryTrace {
  /// - Throws: `malformed`.
  init(_ row: TableRow<MemoryTraceColumn>) throws(DatasetError) {
    let values = try row.list(.series) { $0.integer.map(Int64.init) }
    guard values.allSatisfy({ $0 >= 0 }) else { throw row.error("a value of the series is negative") }
    self.init(subject: try row.choice(.subject), startedAt: try row.number(.startedAt), values: values)
  }
}
