import JSON
import Measurements

/// A verdict as its document records it: what ``Verdict/json`` writes, read back.
///
/// Documents of earlier versions are read as well; what they do not have is nil here.
public struct RecordedVerdict: Sendable, Equatable {
  /// Why a document is no verdict that this version reads.
  public struct Problem: Error, Equatable, CustomStringConvertible {
    /// Of the member, such as `subject.envelope.id`.
    public let path: String

    public var description: String { "\"\(path)\" of the recorded verdict is missing or of another type" }
  }

  /// The sessions that a verdict rests on beside its own; UUIDs, oldest first.
  public struct Basis: Sendable, Equatable {
    /// Those whose blocks it pools.
    public let pooledSessions: [String]
    /// Those that its maturity counts.
    public let countedSessions: [String]
  }

  /// A refusal, or something that the evidence lacks.
  public struct Obstacle: Sendable, Equatable {
    public let code: String
    public let message: String
  }

  public let outcome: Verdict.Outcome
  /// Why, in one sentence.
  public let reason: String
  public let stage: VerdictMaturity.Stage
  public let validatedComparisons: Int
  public let neededComparisons: Int
  public let missingEnvironments: [String]
  /// Nil in documents from before verdicts named their sessions.
  public let basis: Basis?
  public let subject: VerdictSubject
  /// Objectives before guardrails, in the envelope's order.
  public let rules: [RecordedRule]
  /// By cell in the envelope's order, the resident before the candidate.
  public let facts: [RecordedFacts]
  public let refusals: [Obstacle]
  public let gaps: [Obstacle]

  public init(_ document: JSONValue) throws(Problem) {
    let members = DocumentMembers(json: document, path: "")
    outcome = try members.choice("outcome")
    reason = try members.string("reason")
    let maturity = try members.object("maturity")
    stage = try maturity.choice("stage")
    validatedComparisons = try maturity.integer("validated_comparisons")
    neededComparisons = try maturity.integer("needed_comparisons")
    missingEnvironments = maturity.strings("missing_environment_classes") ?? []
    basis = maturity.strings("counted_sessions").map {
      Basis(
        pooledSessions: document["challenge"]?["earlier_sessions"]?.array?.compactMap(\.string) ?? [],
        countedSessions: $0)
    }
    subject = try VerdictSubject(try members.object("subject"))
    let objectives = try members.list("objectives") { member throws(Problem) in try RecordedRule(objective: member) }
    let guardrails = try members.list("guardrails") { member throws(Problem) in try RecordedRule(guardrail: member) }
    rules = objectives + guardrails
    facts = try members.list("facts") { member throws(Problem) in try RecordedFacts(member) }
    refusals = try members.list("refusals") { member throws(Problem) in try Obstacle(member) }
    gaps = try members.list("gaps") { member throws(Problem) in try Obstacle(member) }
  }

  public func contender(_ side: Side) -> VerdictSubject.Contender {
    side == .resident ? subject.resident : subject.candidate
  }
}

/// What one side measured in one cell, as a recorded verdict has it.
public struct RecordedFacts: Sendable, Equatable {
  public let cell: CellID
  public let side: Side
  public let figures: [CellFacts.Figure]

  init(_ facts: CellFacts) {
    (cell, side, figures) = (facts.cell, facts.side, facts.figures)
  }

  fileprivate init(_ members: DocumentMembers) throws(RecordedVerdict.Problem) {
    cell = CellID(rawValue: try members.string("cell"))
    side = try members.choice("side")
    let means = try members.list("means") { mean throws(RecordedVerdict.Problem) -> CellFacts.Figure? in
      let metric: Metric = try mean.choice("metric")
      let count = try mean.integer("count")
      // Null if it was not finite.
      return mean.json["value"]?.number.map { CellFacts.Figure(metric: metric, value: $0, count: count) }
    }
    figures = means.compactMap(\.self)
  }
}

extension RecordedVerdict.Obstacle {
  fileprivate init(_ members: DocumentMembers) throws(RecordedVerdict.Problem) {
    code = try members.string("code")
    message = try members.string("message")
  }
}

extension VerdictSubject {
  fileprivate init(_ members: DocumentMembers) throws(RecordedVerdict.Problem) {
    let envelope = try members.object("envelope")
    let host = try members.object("host")
    self.init(
      session: try members.string("session"), role: members.json["role"]?.string.map(Role.init(rawValue:)),
      envelopeID: try envelope.string("id"), envelopeVersion: try envelope.integer("version"),
      envelopeHash: EnvelopeHash(rawValue: try envelope.string("sha256")),
      resident: try Contender(try members.object("resident")),
      candidate: try Contender(try members.object("candidate")),
      environment: try members.choice("environment_class"),
      highestLoadAverage: members.json["highest_load_average"]?.number,
      host: Host(
        fingerprint: try host.string("fingerprint"), operatingSystem: try host.string("os"),
        architecture: try host.string("architecture"), chip: try host.string("chip"),
        physicalCores: try host.integer("physical_cores"), memoryBytes: Int64(try host.integer("memory_bytes"))))
  }
}

extension VerdictSubject.Contender {
  fileprivate init(_ members: DocumentMembers) throws(RecordedVerdict.Problem) {
    let engine = try members.object("engine")
    self.init(
      model: ModelID(rawValue: try members.string("model")),
      weights: members.json["weights_sha256"]?.string.map(WeightsHash.init(rawValue:)), proof: nil,
      engine: EngineBuild(
        name: try engine.string("name"), version: try engine.string("version"),
        instructionSet: try engine.string("instruction_set"), threads: try engine.integer("threads")),
      load: LoadReading(
        loadSeconds: try members.number("load_seconds"),
        readinessSeconds: try members.number("readiness_seconds")),
      peakMemoryBytes: Int64(try members.integer("peak_memory_bytes")),
      hasOverriddenWorker: members.json["command"]?.string == Self.overridden,
      hasAttachedServer: members.json["server"]?.string == Self.attached)
  }
}
