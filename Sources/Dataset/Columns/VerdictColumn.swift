enum VerdictColumn: String, TableColumn {
  case schemaVersion = "schema_version"
  case timestamp
  case gitRevision = "git_sha"
  case trigger
  case suite
  case session
  case envelopeHash = "envelope_hash"
  case environment = "env_class"
  case hostFingerprint = "host_fingerprint"
  case role
  case resident
  case residentRevision = "resident_revision"
  case candidate
  case candidateRevision = "candidate_revision"
  case engine
  case engineVersion = "engine_version"
  case recordedAt = "recorded_at"
  case outcome
  case verdict

  var definition: ColumnDefinition {
    switch self {
    case .schemaVersion: .always(.integer, "version of the tables")
    case .timestamp: .always(.text, "when it was recorded, UTC")
    case .gitRevision: .always(.text, "revision of the program that exported")
    case .trigger: .always(.text, "what started the export")
    case .suite: .always(.text, "envelope id")
    case .session: .always(.text, "UUID of the session that it is about")
    case .envelopeHash: .always(.text, "SHA-256 of the envelope")
    case .environment: .always(.text, "isolated or under-load")
    case .hostFingerprint: .always(.text, "SHA-256 over the host's description")
    case .role: .optional(.text, "role that the candidate was measured for")
    case .resident: .optional(.text, "model that holds the role")
    case .residentRevision: .optional(.text, "SHA-256 over its files; null where unverified")
    case .candidate: .always(.text, "model that was measured against it")
    case .candidateRevision: .optional(.text, "SHA-256 over its files; null where unverified")
    case .engine: .optional(.text, "engine that measured the candidate")
    case .engineVersion: .optional(.text, "its version")
    case .recordedAt: .always(.number, "seconds since 1970")
    case .outcome: .always(.text, "promote, hold, reject or inconclusive")
    case .verdict: .always(.text, "effects, intervals, guardrails and maturity, as JSON text")
    }
  }
}
