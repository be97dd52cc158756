/// Why measuring blocks ends.
public enum StoppingReason: String, Sendable, CaseIterable {
  /// An objective is won and every guardrail on throughput is passed.
  case win
  /// A guardrail on throughput is broken.
  case brokenGuardrail = "broken_guardrail"
  /// No objective has a chance left to be won within the plan.
  case futility
  /// The plan has no more blocks.
  case planLimit = "plan_limit"

  /// For people.
  public var title: String { rawValue.replacing("_", with: " ") }
}
