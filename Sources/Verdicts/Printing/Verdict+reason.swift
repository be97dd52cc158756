import Measurements

extension Verdict {
  /// Why the outcome is what it is, in one sentence, with the figures that decided.
  public var reason: String {
    switch outcome {
    case .promote:
      "\(candidate) leads \(asOf): \(clauses(of: won, "needed")); \(passedGuardrails)."
    case .hold:
      "\(candidate) shows no win \(asOf): \(clauses(of: objectives.map(\.row), "needed")); \(passedGuardrails)."
    case .reject:
      "\(candidate) lags \(asOf): \((failures + broken).joined(separator: "; "))."
    case .inconclusive:
      "Nothing is decided about \(candidate): \(doubts.joined(separator: "; "))."
    }
  }

  /// On how many comparisons a statement rests.
  var asOf: String { "as of \(Figures.count(maturity.validated, "comparison"))" }

  private var candidate: String { subject.candidate.model.rawValue }

  private var won: [RuleRow] { objectives.filter { $0.state == .won }.map(\.row) }

  private var passedGuardrails: String {
    let passed = guardrails.count { $0.state == .passed }
    return switch guardrails.count {
    case 0: "no guardrail is set"
    case 1 where passed == 1: "the guardrail is passed"
    case passed: "all \(passed) guardrails are passed"
    default: "\(passed) of \(Figures.count(guardrails.count, "guardrail")) are passed, the others open"
    }
  }

  private var failures: [String] { gaps.candidateFailures.map(\.description) }

  private var broken: [String] { guardrails.filter { $0.state == .broken }.map { $0.row.clause("allowed") } }

  private var doubts: [String] {
    let missing = refusals.map(\.description) + gaps.map(\.description)
    let unresolved = guardrails.filter { $0.state == .unresolved }.map { "unresolved is \($0.row.clause("needed"))" }
    return missing + broken.map { "broken is \($0)" } + unresolved
  }

  private func clauses(of rows: [RuleRow], _ word: String) -> String {
    rows.map { $0.clause(word) }.joined(separator: ", ")
  }
}
