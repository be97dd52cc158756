import JSON

/// One model through one envelope on one host: the context that all its samples share.
public struct Run: Sendable, Equatable {
  public var model: ModelID
  /// Nil outside a comparison.
  public var side: Side?
  public var provenance: Provenance
  /// How it is known that these weights answered.
  public var proof: ProofLevel {
    get { provenance == .unverified ? .unverified : provenLevel }
    set { provenLevel = newValue }
  }
  public var engine: EngineBuild
  /// Seconds from starting the worker to its answer to `load`: recorded, never scored.
  public var loadSeconds: Double
  /// Seconds of the first request, which warms caches: recorded, never scored.
  public var readinessSeconds: Double
  /// Bits a weight, architecture and the like, as the worker described the model.
  public var description: JSONObject
  private var provenLevel: ProofLevel

  public init(
    model: ModelID, side: Side?, provenance: Provenance, engine: EngineBuild, loadSeconds: Double,
    readinessSeconds: Double, description: JSONObject, proof: ProofLevel = .hashed
  ) {
    self.model = model
    self.side = side
    self.provenance = provenance
    provenLevel = proof
    self.engine = engine
    self.loadSeconds = loadSeconds
    self.readinessSeconds = readinessSeconds
    self.description = description
  }
}

/// How well it is known which weights were loaded.
public enum Provenance: Sendable, Equatable {
  /// The files are known by SHA-256 and name; `Run.proof` says how.
  case hashed(WeightsHash, files: JSONObject)
  /// Only a label was seen: cannot promote.
  case unverified
}

/// The engine that measured and its build; rows of two builds do not compare.
public struct EngineBuild: Sendable, Hashable {
  public var name: String
  public var version: String
  public var instructionSet: String
  public var threads: Int

  public init(name: String, version: String, instructionSet: String, threads: Int) {
    self.name = name
    self.version = version
    self.instructionSet = instructionSet
    self.threads = threads
  }
}
