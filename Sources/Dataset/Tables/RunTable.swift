import JSON
import Measurements

/// One loading of a model.
enum RunColumn: String, TableColumn {
  case schemaVersion = "schema_version"
  case session
  case run
  case side
  case model
  case provenance
  case weightsHash = "model_revision"
  case weightFiles = "model_files"
  case tensorsHash = "tensors_hash"
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
  case conditions

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
    case .tensorsHash: .later(.text, "SHA-256 over the tensors, whatever files they are in; null where not reported")
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
    case .conditions: .later(.text, "what the worker ran under, as JSON text; null where not recorded")
    }
  }
}

extension PublicSession {
  /// - Parameter number: The run's within the session, from 0.
  func runRow(_ run: Run, number: Int) -> JSONValue {
    var row: [RunColumn: JSONValue] = [
      .schemaVersion: .integer(datasetSchemaVersion), .session: .string(session.uuid), .run: .integer(number),
      .side: .text(run.side?.rawValue), .model: .string(run.model.rawValue),
      .provenance: .string(run.proof.rawValue), .quantization: .text(run.storageFormat), .lane: .text(run.lane),
      .envelopeHash: .string(session.envelopeHash.rawValue), .environment: .string(session.environment.rawValue),
      .engine: .string(run.engine.name), .engineVersion: .string(run.engine.version),
      .instructionSet: .string(run.engine.instructionSet), .threads: .integer(run.engine.threads),
      .load: .number(run.load.loadSeconds), .readiness: .number(run.load.readinessSeconds),
      .hostFingerprint: .string(session.host.fingerprint),
      .description: .string(JSONValue.object(run.description).serialized()),
    ]
    if case .hashed(let hash, let files, let tensors) = run.provenance {
      row[.weightsHash] = .string(hash.rawValue)
      row[.weightFiles] = .string(JSONValue.object(files).serialized())
      row[.tensorsHash] = .text(tensors?.rawValue)
    }
    row[.conditions] = .text(run.conditions?.text)
    return .row(row)
  }
}

extension Run {
  /// - Throws: `malformed`.
  init(_ row: TableRow<RunColumn>) throws(DatasetError) {
    var provenance = Provenance.unverified
    var proof = ProofLevel.hashed
    if let hash: WeightsHash = try row.optionalChoice(.weightsHash) {
      guard let files = try row.document(.weightFiles).object else { throw row.error("\"model_files\" is no object") }
      provenance = .hashed(hash, files: files, tensors: try row.optionalChoice(.tensorsHash))
      proof = try row.choice(.provenance)
    }
    guard let description = try row.document(.description).object else {
      throw row.error("\"description\" is no object")
    }
    self.init(
      model: try row.identifier(.model), side: try row.optionalChoice(.side), provenance: provenance,
      engine: EngineBuild(
        name: try row.text(.engine), version: try row.text(.engineVersion),
        instructionSet: try row.text(.instructionSet), threads: try row.integer(.threads)),
      load: LoadReading(loadSeconds: try row.number(.load), readinessSeconds: try row.number(.readiness)),
      description: description, proof: proof,
      conditions: try row.optional(.conditions) { $0.string.flatMap(WorkerConditions.init(text:)) })
  }
}
