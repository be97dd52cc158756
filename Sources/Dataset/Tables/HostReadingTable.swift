import JSON
import Measurements

/// The machine as one block found it.
enum HostReadingColumn: String, TableColumn {
  case schemaVersion = "schema_version"
  case session
  case reading
  case cell
  case block
  case loadAverage = "load_average"
  case stealShare = "steal_share"
  case freeMemory = "free_memory_bytes"
  case swap = "swap_bytes"
  case temperature = "temperature_c"
  case isOnMains = "is_on_mains"
  case calibrationRate = "calibration_rate"
  case environment = "env_class"
  case hostFingerprint = "host_fingerprint"

  var definition: ColumnDefinition {
    switch self {
    case .schemaVersion: .always(.integer, "version of the tables")
    case .session: .always(.text, "UUID of the session")
    case .reading: .always(.integer, "within the session, from 0, in the order of measurement")
    case .cell: .always(.text, "workload point of the envelope")
    case .block: .always(.integer, "of the interleaved plan, from 0")
    case .loadAverage: .always(.number, "runnable threads in the minute before the block")
    case .stealShare: .optional(.number, "share of processor time that a hypervisor took during the block")
    case .freeMemory: .always(.integer, "bytes that programs could still have before the block")
    case .swap: .always(.integer, "bytes of swap in use before the block")
    case .temperature: .optional(.number, "degrees Celsius of the hottest sensor")
    case .isOnMains: .optional(.boolean, "whether the machine had mains power")
    case .calibrationRate: .optional(.number, "steps a second of a fixed loop before the block")
    case .environment: .always(.text, "isolated or under-load")
    case .hostFingerprint: .always(.text, "SHA-256 over the host's description")
    }
  }
}

extension PublicSession {
  var hostReadingRows: [JSONValue] {
    context.blocks.enumerated().map { number, block in
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
}

extension HostReading {
  /// - Throws: `malformed`.
  init(_ row: TableRow<HostReadingColumn>) throws(DatasetError) {
    self.init(
      loadAverage: try row.number(.loadAverage), stealShare: try row.optionalNumber(.stealShare),
      freeMemoryBytes: try row.integer(.freeMemory), swapBytes: try row.integer(.swap),
      temperature: try row.optionalNumber(.temperature), isOnMains: try row.optional(.isOnMains, \.bool),
      calibrationRate: try row.optionalNumber(.calibrationRate))
  }
}
