import Measurements
import Vocabulary

extension Judge {
  /// The first that applies: what is refused or missing decides nothing, then harm, then doubt, then a win.
  static func outcome(
    _ objectives: [ObjectiveResult], _ guardrails: [GuardrailResult], gaps: [Gap], refusals: [Refusal]
  ) -> Verdict.Outcome {
    let failures = gaps.candidateFailures
    if !refusals.isEmpty || failures.count < gaps.count { return .inconclusive }
    if !failures.isEmpty || guardrails.contains(where: { $0.state == .broken }) { return .reject }
    if guardrails.contains(where: { $0.state != .passed }) { return .inconclusive }
    return objectives.contains { $0.state == .won } ? .promote : .hold
  }
}

extension [Gap] {
  /// The gaps that are the candidate's own doing: it failed or did not fit in a cell that the resident did not fail in.
  var candidateFailures: [Gap] {
    let residentCells = Set(
      compactMap { gap -> CellID? in
        if case .unscored(let cell, .resident, _, _, _) = gap { cell } else { nil }
      })
    return filter { gap in
      switch gap {
      case .unscored(let cell, .candidate, .failed, _, _), .unscored(let cell, .candidate, .capacityGated, _, _):
        !residentCells.contains(cell)
      default: false
      }
    }
  }
}
