enum RunColumn: String, TableColumn {
  case schemaVersion = "schema_version"
  case session
  case run
  case side
  case model
  case provenance
  case weightsHash = "model_revision"
  case weightFiles = "model_files"
  case quantization
  case lane
  case envelopeHash = "envelope_hash"
  case environment = "env_class"
  case engine
  case engineVersion = "engine_version"
  case instructionSet = "instruction_set"
  case threads
  case load = "load_seconds"
  case readiness = "readiness_seconds"
  case hostFingerprint = "host_fingerprint"
  case description

  var definition: ColumnDefinition {
    switch self {
    case .schemaVersion: .always(.integer, "version of the tables")
    case .session: .always(.text, "UUID of the session")
    case .run: .always(.integer, "within the session, from 0, in the order of loading")
    case .side: .optional(.text, "resident or candidate; null outside a comparison")
    case .model: .always(.text, "model id")
    case .provenance: .always(.text, "how the weights are known: hashed, process, fingerprint or unverified")
    case .weightsHash: .optional(.text, "SHA-256 over the files that were loaded; null where unverified")
    case .weightFiles: .optional(.text, "SHA-256 of each file, as JSON text")
    case .quantization: .optional(.text, "storage format of most weights")
    case .lane: .optional(.text, "how the weights were quantized")
    case .envelopeHash: .always(.text, "SHA-256 of the envelope")
    case .environment: .always(.text, "isolated or under-load")
    case .engine: .always(.text, "engine that measured")
    case .engineVersion: .always(.text, "its version")
    case .instructionSet: .always(.text, "of its kernels")
    case .threads: .always(.integer, "that it computed with")
    case .load: .always(.number, "seconds from starting the worker to its answer; never scored")
    case .readiness: .always(.number, "seconds of the first request; never scored")
    case .hostFingerprint: .always(.text, "SHA-256 over the host's description")
    case .description: .always(.text, "the model as the worker described it, as JSON text")
    }
  }
}
