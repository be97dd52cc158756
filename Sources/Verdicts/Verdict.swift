import Measurements
import Vocabulary

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

  public let outcome: Outcome
  public let maturity: VerdictMaturity
  public let subject: VerdictSubject
  /// Of every interval, two-sided.
  public let confidence: Double
  public let objectives: [ObjectiveResult]
  public let guardrails: [GuardrailResult]
  /// By cell in the envelope's order, the resident before the candidate.
  public let facts: [CellFacts]
  /// One a throughput cell, in the envelope's order.
  public let blocks: [BlockTally]
  /// The blocks that are not scored, and why.
  public let voids: [BlockVoid]
  /// What is missing of that which the rule names, each once.
  public let gaps: [Gap]
  public let refusals: [Refusal]

  /// Whether the envelope's maturity rule is not met yet.
  public var isProvisional: Bool { maturity.stage == .provisional }
}
