import GRDB
import JSON
import Measurements

/// A run as a row of the table `runs`.
struct RunRow: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "runs"

  var number: Int64?
  var session: Int64
  var side: String?
  var model: String
  var weightsHash: String?
  var weightFiles: String?
  /// Null for runs from before there were levels: hashed, where there is a hash.
  var proof: String?
  var engine: String
  var engineVersion: String
  var instructionSet: String
  var threads: Int
  var loadSeconds: Double
  var readinessSeconds: Double
  var description: String

  enum CodingKeys: String, CodingKey {
    case number, session, side, model, proof, engine, threads, description
    case weightsHash = "weights_hash"
    case weightFiles = "weight_files"
    case engineVersion = "engine_version"
    case instructionSet = "instruction_set"
    case loadSeconds = "load_s"
    case readinessSeconds = "readiness_s"
  }
}

extension RunRow {
  init(_ run: Run, session: SessionNumber) {
    self.session = session.rawValue
    side = run.side?.rawValue
    model = run.model.rawValue
    if case .hashed(let hash, let files) = run.provenance {
      weightsHash = hash.rawValue
      weightFiles = JSONValue.object(files).serialized()
      proof = run.proof.rawValue
    }
    engine = run.engine.name
    engineVersion = run.engine.version
    instructionSet = run.engine.instructionSet
    threads = run.engine.threads
    loadSeconds = run.loadSeconds
    readinessSeconds = run.readinessSeconds
    description = JSONValue.object(run.description).serialized()
  }

  /// The run, or nil where the row's columns do not make one.
  var run: Run? {
    guard let provenance, let description = Self.object(description) else { return nil }
    return Run(
      model: ModelID(rawValue: model), side: side.flatMap(Side.init(rawValue:)), provenance: provenance,
      engine: EngineBuild(
        name: engine, version: engineVersion, instructionSet: instructionSet, threads: threads),
      loadSeconds: loadSeconds, readinessSeconds: readinessSeconds, description: description,
      proof: proof.flatMap(ProofLevel.init(rawValue:)) ?? .hashed)
  }

  private var provenance: Provenance? {
    guard let weightsHash else { return .unverified }
    guard let files = weightFiles.flatMap(Self.object) else { return nil }
    return .hashed(WeightsHash(rawValue: weightsHash), files: files)
  }

  private static func object(_ text: String) -> JSONObject? { (try? JSONValue(parsing: text))?.object }
}
