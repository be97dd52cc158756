import JSON
import Measurements

/// The fixed measurement contract: what is measured, how often, and what makes a candidate win.
///
/// It is one JSON file, read by `init(contentsOf:)` and named by the hash of its content, so that two runs compare only
/// where every prompt, item, count and margin was the same.
public struct Envelope: Sendable, Equatable {
  public var id: String
  public var version: Int
  public var summary: String
  public var sampling: Sampling
  public var throughput: [ThroughputCell]
  public var accuracy: [AccuracyTask]
  /// The loops, each with its trace.
  public var toolLoops: [ToolLoopCell]
  public var plan: Plan
  public var promotion: PromotionRule
  /// What the machine must be like; nil where the envelope sets no limits.
  public var environment: EnvironmentLimits?
  /// SHA-256 of `source` in canonical form.
  public var hash: EnvelopeHash
  /// The whole file: what is stored and exported, so that a verdict can be recomputed.
  public var source: JSONValue
}
