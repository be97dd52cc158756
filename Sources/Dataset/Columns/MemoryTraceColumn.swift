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
