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
  public var load: LoadReading
  /// Bits per weight, architecture and the like, as the worker described the model.
  public var description: JSONObject
  /// What the worker ran under after the load; nil for runs from before it was recorded.
  public var conditions: WorkerConditions?
  private var provenLevel: ProofLevel

  public init(
    model: ModelID, side: Side?, provenance: Provenance, engine: EngineBuild, load: LoadReading,
    description: JSONObject, proof: ProofLevel = .hashed, conditions: WorkerConditions? = nil
  ) {
    self.model = model
    self.side = side
    self.provenance = provenance
    provenLevel = proof
    self.engine = engine
    self.load = load
    self.description = description
    self.conditions = conditions
  }

  /// The hash of the files; nil if the provenance is unverified.
  public var weights: WeightsHash? {
    guard case .hashed(let hash, _, _) = provenance else { return nil }
    return hash
  }

  /// The hash of the tensors; nil if the provenance is unverified or the worker reported none.
  public var tensors: TensorsHash? {
    guard case .hashed(_, _, let tensors) = provenance else { return nil }
    return tensors
  }

  /// Whether both runs are proven to be of the same tensors, or of the same files, whatever the models are called.
  public func hasSameWeights(as other: Run) -> Bool {
    guard let weights, let others = other.weights else { return false }
    return weights == others || tensors != nil && tensors == other.tensors
  }

  /// Whether both runs are of the same weights with the same files beside them: the configuration decides what a model
  /// computes with its tensors, such as how many experts a token gets.
  public func hasSameModel(as other: Run) -> Bool {
    hasSameWeights(as: other) && filesBesideWeights == other.filesBesideWeights
  }

  /// The hash of each file that holds more than tensors, by name.
  private var filesBesideWeights: [String: JSONValue] {
    guard case .hashed(_, let files, _) = provenance else { return [:] }
    let others = files.members.filter { !$0.name.lowercased().hasSuffix(".safetensors") }
    return Dictionary(others.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
  }
}

extension Run {
  /// How the weights are stored, as the worker says: the format with the most parameters.
  public var storageFormat: String? {
    if let format = description["storage"]?.array?.first?["format"]?.string { return format }
    return description["quantization"]?.string ?? lane
  }

  /// The lane, as the worker says.
  public var lane: String? { description["lane"]?.string ?? description["lane"]?["lane"]?.string }
}

/// The cold start of a model: recorded, never scored.
public struct LoadReading: Sendable, Equatable {
  /// Seconds from starting the worker to its reply to `load`.
  public var loadSeconds: Double
  /// Seconds of the first request, which warms caches.
  public var readinessSeconds: Double

  public init(loadSeconds: Double, readinessSeconds: Double) {
    self.loadSeconds = loadSeconds
    self.readinessSeconds = readinessSeconds
  }
}

/// Which weights were loaded.
public enum Provenance: Sendable, Equatable {
  /// The files are known by SHA-256 and name; `Run.proof` says how. The tensors are nil where the worker reported none.
  case hashed(WeightsHash, files: JSONObject, tensors: TensorsHash? = nil)
  /// Only a label was seen: cannot promote.
  case unverified
}

/// How it is known which weights answered.
public enum ProofLevel: String, Sendable, CaseIterable, Comparable {
  /// Only a label was seen.
  case unverified
  /// The answers fit the weights of the folder, and of no other lane, as the native engine computes them.
  case fingerprint
  /// The process that serves has the files.
  case process
  /// The process that measured has hashed the files it loaded.
  case hashed

  public static func < (one: ProofLevel, other: ProofLevel) -> Bool { one.rank < other.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
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
