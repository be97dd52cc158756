import GRDB
import JSON
import Measurements

extension MeasurementStore {
  /// Records that a model was loaded for a running session.
  ///
  /// A session has one run per side, and one more each time that the side's worker had to be started anew, after a crash
  /// or a resumption, or for another round; that must have the same weights and engine build as the first, and its worker
  /// must run under the same conditions.
  ///
  /// - Throws: `notRunning`, `runMismatch`, or `invalidValue` for names that contain U+0000 and times that
  ///   are not finite, or conditions that no worker runs under.
  public func append(_ run: Run, to session: SessionNumber) throws(StoreError) -> RunNumber {
    try run.validate()
    return try write { try self.insert(run, to: session, $0) }
  }

  func insert(_ run: Run, to session: SessionNumber, _ database: Database) throws -> RunNumber {
    let row = try runningRow(of: session, database)
    if let difference = run.difference(from: row) {
      throw StoreError.runMismatch(session, run.side, difference: difference)
    }
    let first = try RunRow.filter(Column("session") == session.rawValue && Column("side") == run.side?.rawValue)
      .order(Column("number")).fetchOne(database)
    let new = RunRow(run, session: session)
    if let first, let difference = new.difference(from: first) {
      throw StoreError.runMismatch(session, run.side, difference: difference)
    }
    try new.insert(database)
    return RunNumber(rawValue: database.lastInsertedRowID)
  }
}

extension Run {
  func validate() throws(StoreError) {
    guard load.loadSeconds.isFinite, load.readinessSeconds.isFinite else {
      throw .invalidValue(of: "the run", problem: "has a time that is not finite")
    }
    for name in [model.rawValue, engine.name, engine.version, engine.instructionSet] where name.utf8.contains(0) {
      throw .invalidValue(of: "the run", problem: "has a name that contains U+0000")
    }
    if let conditions, WorkerConditions(json: conditions.json) != conditions {
      throw .invalidValue(of: "the run", problem: "has conditions that no worker runs under")
    }
  }

  /// Why the run is none of the session's, or nil.
  fileprivate func difference(from session: SessionRow) -> String? {
    guard (side == nil) == (session.resident == nil) else {
      return side == nil ? "a comparison's run needs a side" : "the session compares nothing"
    }
    let expected = side == .resident ? session.resident : session.candidate
    return model.rawValue == expected ? nil : "it is of \(model), not of \(expected ?? "none")"
  }
}

extension RunRow {
  /// Why the run can't go on where the other ended, or nil.
  fileprivate func difference(from first: RunRow) -> String? {
    if weightsHash != first.weightsHash { return "its weights are not those that the session began with" }
    if proof != first.proof { return "its weights are not proven as those that the session began with" }
    let build = [engine, engineVersion, instructionSet, "\(threads) threads"]
    let firstBuild = [first.engine, first.engineVersion, first.instructionSet, "\(first.threads) threads"]
    if build != firstBuild {
      return "its engine is \(build.joined(separator: " ")), not \(firstBuild.joined(separator: " "))"
    }
    return conditionsDifference(from: first)
  }

  /// In which of its conditions the worker differs from the first, or nil; what is not known of one of them may be alike.
  private func conditionsDifference(from first: RunRow) -> String? {
    guard let own = conditions.flatMap(WorkerConditions.init(text:)),
      let firsts = first.conditions.flatMap(WorkerConditions.init(text:))
    else { return nil }
    for trait in own.differences(from: firsts) {
      guard let value = own.value(of: trait), let expected = firsts.value(of: trait) else { continue }
      return "the \(trait.rawValue) of its worker is \(value), not \(expected)"
    }
    return nil
  }
}

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
  /// Null where the worker reported none, and for runs from before it did.
  var tensorsHash: String?
  var conditions: String?

  enum CodingKeys: String, CodingKey {
    case number, session, side, model, proof, engine, threads, description, conditions
    case weightsHash = "weights_hash"
    case tensorsHash = "tensors_hash"
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
    if case .hashed(let hash, _, let tensors) = run.provenance {
      weightsHash = hash.rawValue
      tensorsHash = tensors?.rawValue
      weightFiles = run.fileList
      proof = run.proof.rawValue
    }
    engine = run.engine.name
    engineVersion = run.engine.version
    instructionSet = run.engine.instructionSet
    threads = run.engine.threads
    loadSeconds = run.load.loadSeconds
    readinessSeconds = run.load.readinessSeconds
    description = JSONValue.object(run.description).serialized()
    conditions = run.conditions?.text
  }

  /// The run, or nil if the row's columns do not make one.
  var run: Run? {
    guard let provenance, let description = Self.object(description) else { return nil }
    let conditions = self.conditions.map(WorkerConditions.init(text:))
    if case .some(nil) = conditions { return nil }
    return Run(
      model: ModelID(rawValue: model), side: side.flatMap(Side.init(rawValue:)), provenance: provenance,
      engine: EngineBuild(
        name: engine, version: engineVersion, instructionSet: instructionSet, threads: threads),
      load: LoadReading(loadSeconds: loadSeconds, readinessSeconds: readinessSeconds), description: description,
      proof: proof.flatMap(ProofLevel.init(rawValue:)) ?? .hashed, conditions: conditions ?? nil)
  }

  private var provenance: Provenance? {
    guard let weightsHash else { return .unverified }
    guard let files = weightFiles.flatMap(Self.object) else { return nil }
    return .hashed(
      WeightsHash(rawValue: weightsHash), files: files, tensors: tensorsHash.map(TensorsHash.init(rawValue:)))
  }

  private static func object(_ text: String) -> JSONObject? { (try? JSONValue(parsing: text))?.object }
}
