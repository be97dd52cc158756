import Measurements

extension Judge {
  /// The first that applies: what is refused or missing decides nothing, then harm, then doubt, then a win.
  static func outcome(
    _ objectives: [ObjectiveResult], _ guardrails: [GuardrailResult], stop: StoppingReason?, gaps: [Gap],
    refusals: [Refusal]
  ) -> Verdict.Outcome {
    let failures = gaps.candidateFailures
    if !refusals.isEmpty || failures.count < gaps.count { return .inconclusive }
    if !failures.isEmpty || guardrails.contains(where: { $0.state == .broken }) { return .reject }
    // Whatever else the guardrails would have shown, there is no win to guard.
    if stop == .futility, guardrails.allSatisfy({ $0.state != .noData }) { return .hold }
    if guardrails.contains(where: { $0.state != .passed }) { return .inconclusive }
    return objectives.contains { $0.state == .won } ? .promote : .hold
  }
}

extension [Gap] {
  /// Samples in which the candidate failed or did not fit. Where the resident did too, that is a gap of its own, and a
  /// session with other gaps decides nothing.
  var candidateFailures: [Gap] {
    filter { gap in
      switch gap {
      case .unscored(_, .candidate, .failed, _, _), .unscored(_, .candidate, .capacityGated, _, _): true
      default: false
      }
    }
  }
}
