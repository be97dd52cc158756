import Envelopes
import Measurements
import Statistics

/// What a comparison says about its candidate: a pure function of the evidence, made by ``Judge``.
public struct Verdict: Sendable, Equatable {
  /// What follows for the registry.
  public enum Outcome: String, Sendable, CaseIterable {
    /// Every guardrail is passed and an objective is won.
    case promote
    /// Every guardrail is passed and no objective is won.
    case hold
    /// A guardrail is broken, or the candidate alone failed in a cell that the rule names.
    case reject
    /// The evidence is refused, lacks something, or is too noisy.
    case inconclusive
  }

  /// Which attempt to unseat the resident this is.
  public struct Challenge: Sendable, Equatable {
    /// From 1; a comparison that goes on from earlier ones has their number.
    public let number: Int
    /// The chance of a win by luck that each objective is allowed: see ``AlphaBudget``.
    public let level: Double
    /// The sessions whose blocks count as well, oldest first.
    public let earlierSessions: [String]
  }

  public let outcome: Outcome
  public let maturity: VerdictMaturity
  public let subject: VerdictSubject
  public let schema: EnvelopeSchema
  /// How sure the guardrails' intervals are; the objectives' are of 1 - `challenge.level`, on the same sides.
  public let guardrailLevel: DecisionLevel
  public let challenge: Challenge
  /// Why measuring ended; nil if the session has not come to its end.
  public let stop: StoppingReason?
  public let objectives: [ObjectiveResult]
  public let guardrails: [GuardrailResult]
  /// By cell in the envelope's order, the resident before the candidate.
  public let facts: [CellFacts]
  /// One per throughput cell, in the envelope's order.
  public let blocks: [BlockTally]
  /// The blocks that are not scored, and why.
  public let voids: [BlockVoid]
  /// What is missing of that which the rule names, each once.
  public let gaps: [Gap]
  public let refusals: [Refusal]
  /// By how much both ends of the ratios' intervals are moved outwards because a server was not restarted, relative; nil if
  /// every model was loaded anew.
  public let loadMargin: Double?

  /// Whether the envelope's maturity rule is not met yet.
  public var isProvisional: Bool { maturity.stage == .provisional }
}

/// What a verdict is about: which weights, measured how, where and under which contract.
public struct VerdictSubject: Sendable, Equatable {
  /// One side, with what is recorded of it but never scored.
  public struct Contender: Sendable, Equatable {
    public let model: ModelID
    /// Nil if the provenance is unverified.
    public let weights: WeightsHash?
    /// Nil if a recorded verdict does not say.
    public let proof: ProofLevel?
    public let engine: EngineBuild
    public let load: LoadReading
    /// The largest over the side's samples; 0 where none says.
    public let peakMemoryBytes: Int64
    /// Whether the environment named the worker in place of the program that measured.
    public var hasOverriddenWorker = false
    /// Whether the model stood in a server that was not restarted between rounds.
    public var hasAttachedServer = false
  }

  public let session: String
  public let role: Role?
  public let envelopeID: String
  public let envelopeVersion: Int
  /// Of the envelope that was judged by, which the session's may differ from: see ``Refusal/otherEnvelope``.
  public let envelopeHash: EnvelopeHash
  public let resident: Contender
  public let candidate: Contender
  public let environment: EnvironmentClass
  /// The highest load average before any sample; nil if there are no samples.
  public let highestLoadAverage: Double?
  public let host: Host
}
