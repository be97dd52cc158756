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
    case .challenge: .optional(.integer, "which attempt to unseat the resident, from 1; null where not counted")
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
    }
  }
}
