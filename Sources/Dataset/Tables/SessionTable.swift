import JSON
import Measurements

/// One comparison of two models, or one model's measurements.
enum SessionColumn: String, TableColumn {
  case schemaVersion = "schema_version"
  case gitRevision = "git_sha"
  case trigger
  case session
  case startedAt = "started_at"
  case suite
  case envelopeHash = "envelope_hash"
  case role
  case resident
  case candidate
  case orderSeed = "order_seed"
  case environment = "env_class"
  case residentVersion = "resident_version"
  case challenge
  case unfinishedChallenges = "unfinished_challenges"
  case runs = "run_count"
  case samples = "sample_count"
  case voidCells = "void_cells"
  case voidBlocks = "void_blocks"
  case voidReasons = "void_reasons"
  case hostFingerprint = "host_fingerprint"
  case operatingSystem = "os"
  case architecture
  case chip
  case physicalCores = "physical_cores"
  case memory = "memory_bytes"
  case origin

  var definition: ColumnDefinition {
    switch self {
    case .schemaVersion: .always(.integer, "version of the tables")
    case .gitRevision: .always(.text, "revision of the program that exported")
    case .trigger: .always(.text, "what started the export")
    case .session: .always(.text, "UUID of the session")
    case .startedAt: .always(.number, "seconds since 1970")
    case .suite: .always(.text, "envelope id")
    case .envelopeHash: .always(.text, "SHA-256 of the envelope, which `envelopes` holds")
    case .role: .optional(.text, "role that the candidate was measured for")
    case .resident: .optional(.text, "model that holds the role; null where one model was measured alone")
    case .candidate: .always(.text, "model that was measured")
    case .orderSeed: .always(.text, "seed of the blocks' order, an unsigned number in decimal digits")
    case .environment: .always(.text, "isolated or under-load")
    case .residentVersion: .always(.text, "version of the program that measured")
    case .challenge:
      .optional(.integer, "which attempt to unseat the resident's weights on the host, from 1; null where not counted")
    case .unfinishedChallenges:
      .later(.integers, "lower challenges of the resident that were not brought to their end when this began")
    case .runs: .always(.integer, "rows in `runs`")
    case .samples: .always(.integer, "rows in `samples`")
    case .voidCells: .always(.texts, "cell of each block that is not scored")
    case .voidBlocks: .always(.integers, "its number")
    case .voidReasons: .always(.texts, "why, in words of the program")
    case .hostFingerprint: .always(.text, "SHA-256 over the host's description")
    case .operatingSystem: .always(.text, "operating system and version")
    case .architecture: .always(.text, "of the processor")
    case .chip: .always(.text, "processor")
    case .physicalCores: .always(.integer, "of the host")
    case .memory: .always(.integer, "main memory in bytes")
    case .origin:
      .later(.text, "measured or imported, by the database that was exported; null in older shards, which did not tell")
    }
  }
}

extension PublicSession {
  func sessionRow(_ stamp: ExportStamp) -> JSONValue {
    let host = session.host
    return .row([
      SessionColumn.schemaVersion: .integer(datasetSchemaVersion), .gitRevision: .string(stamp.gitRevision),
      .trigger: .string(stamp.trigger), .session: .string(session.uuid), .startedAt: .number(session.startedAt),
      .suite: .string(session.envelopeID), .envelopeHash: .string(session.envelopeHash.rawValue),
      .role: .text(session.role?.rawValue), .resident: .text(session.resident?.rawValue),
      .candidate: .string(session.candidate.rawValue), .orderSeed: .string(String(session.orderSeed)),
      .environment: .string(session.environment.rawValue), .residentVersion: .string(session.residentVersion),
      .challenge: .integer(session.challenge),
      .unfinishedChallenges: .array(session.unfinishedChallenges.map { .integer($0) }), .runs: .integer(runs.count),
      .samples: .integer(samples.reduce(0) { $0 + $1.count }),
      .voidCells: .array(voids.map { .string($0.cell.rawValue) }),
      .voidBlocks: .array(voids.map { .integer($0.block) }), .voidReasons: .array(voids.map { .string($0.reason) }),
      .hostFingerprint: .string(host.fingerprint), .operatingSystem: .string(host.operatingSystem),
      .architecture: .string(host.architecture), .chip: .string(host.chip),
      .physicalCores: .integer(host.physicalCores), .memory: .integer(Int(host.memoryBytes)),
      .origin: .string((origin.isMeasured ? PublishedOrigin.measured : .imported).rawValue),
    ])
  }
}

/// Whether the database that was exported had measured a session itself.
public enum PublishedOrigin: String, Sendable {
  case measured
  case imported
}

extension MeasurementSession {
  /// - Throws: `malformed`.
  init(_ row: TableRow<SessionColumn>) throws(DatasetError) {
    guard try row.integer(.schemaVersion) == datasetSchemaVersion else {
      throw row.error("the columns are of another version; this program reads \(datasetSchemaVersion)")
    }
    self.init(
      uuid: try row.text(.session), startedAt: try row.number(.startedAt), envelopeID: try row.text(.suite),
      envelopeHash: try row.identifier(.envelopeHash), role: try row.optionalChoice(.role),
      resident: try row.optionalChoice(.resident), candidate: try row.identifier(.candidate),
      orderSeed: try row.required(.orderSeed) { $0.string.flatMap { UInt64($0) } },
      environment: try row.choice(.environment), host: try Host(row), residentVersion: try row.text(.residentVersion),
      challenge: try row.optional(.challenge, \.integer),
      unfinishedChallenges: try row.optionalList(.unfinishedChallenges, \.integer) ?? [])
  }
}

extension Host {
  fileprivate init(_ row: TableRow<SessionColumn>) throws(DatasetError) {
    self.init(
      fingerprint: try row.text(.hostFingerprint), operatingSystem: try row.text(.operatingSystem),
      architecture: try row.text(.architecture), chip: try row.text(.chip),
      physicalCores: try row.integer(.physicalCores), memoryBytes: Int64(try row.integer(.memory)))
  }
}

extension [BlockVoid] {
  /// - Throws: `malformed`.
  init(_ row: TableRow<SessionColumn>) throws(DatasetError) {
    let cells = try row.list(.voidCells, \.string)
    let blocks = try row.list(.voidBlocks, \.integer)
    let reasons = try row.list(.voidReasons, \.string)
    guard cells.count == blocks.count, blocks.count == reasons.count else {
      throw row.error("the lists of void blocks differ in length")
    }
    self = zip(zip(cells, blocks), reasons).map { place, reason in
      BlockVoid(cell: CellID(rawValue: place.0), block: place.1, reason: reason)
    }
  }
}
