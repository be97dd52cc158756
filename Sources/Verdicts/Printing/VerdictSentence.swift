import Measurements

/// Why an outcome is what it is, in one sentence with the figures that decided.
///
/// It is composed of a verdict's typed parts, so a verdict that was judged just now and one that was read from its document
/// have the same sentence, and whoever replaces a name in a document replaces it in the sentence.
struct VerdictSentence {
  let outcome: Verdict.Outcome
  /// The candidate's name.
  let candidate: String
  /// Comparisons that the verdict rests on.
  let validated: Int
  let objectives: [RuleRow]
  let guardrails: [RuleRow]
  /// Samples in which the candidate alone failed, in words.
  let failures: [String]
  /// Refusals and gaps, in words.
  let missing: [String]

  var text: String {
    switch outcome {
    case .promote:
      "\(candidate) leads \(asOf): \(clauses(of: won)); \(passedGuardrails)."
    case .hold:
      "\(candidate) shows no win \(asOf): \(clauses(of: objectives)); \(passedGuardrails)."
    case .reject:
      "\(candidate) lags \(asOf): \((failures + broken).joined(separator: "; "))."
    case .inconclusive:
      "Nothing is decided about \(candidate): \(doubts.joined(separator: "; "))."
    }
  }

  /// On how many comparisons a statement rests.
  private var asOf: String { "as of \(Figures.count(validated, "comparison"))" }

  private var won: [RuleRow] { objectives.filter { $0.isState(ObjectiveResult.State.won) } }

  private var broken: [String] {
    guardrails.filter { $0.isState(GuardrailResult.State.broken) }.map { $0.clause("allowed") }
  }

  private var doubts: [String] {
    let unresolved = guardrails.filter { $0.isState(GuardrailResult.State.unresolved) }
    return missing + broken.map { "broken is \($0)" } + unresolved.map { "unresolved is \($0.clause("needed"))" }
  }

  private var passedGuardrails: String {
    let passed = guardrails.count { $0.isState(GuardrailResult.State.passed) }
    return switch guardrails.count {
    case 0: "no guardrail is set"
    case 1 where passed == 1: "the guardrail is passed"
    case passed: "all \(passed) guardrails are passed"
    default: "\(passed) of \(Figures.count(guardrails.count, "guardrail")) are passed, the others open"
    }
  }

  private func clauses(of rows: [RuleRow]) -> String { rows.map { $0.clause("needed") }.joined(separator: ", ") }
}

extension Verdict {
  /// Why the outcome is what it is, in one sentence, with the figures that decided.
  public var reason: String {
    VerdictSentence(
      outcome: outcome, candidate: subject.candidate.model.rawValue, validated: maturity.validated,
      objectives: objectives.map(\.row), guardrails: guardrails.map(\.row),
      failures: gaps.candidateFailures.map(\.description),
      missing: refusals.map(\.description) + gaps.map(\.description)
    ).text
  }
}

extension RecordedVerdict {
  /// Why the outcome is what it is, composed of the document's typed parts and its refusals and gaps.
  public var sentence: String {
    // A document has no word for what its pairs are of but the one in its sentence.
    let pair = reason.contains(#/from [0-9]+ rounds?[,;.)]/#) ? "round" : "block"
    return VerdictSentence(
      outcome: outcome, candidate: subject.candidate.model.rawValue, validated: validatedComparisons,
      objectives: rules.filter(\.isObjective).map { RuleRow($0, pair: pair) },
      guardrails: rules.filter { !$0.isObjective }.map { RuleRow($0, pair: pair) },
      failures: gaps.filter(\.isOfFailedCandidate).map(\.message), missing: (refusals + gaps).map(\.message)
    ).text
  }
}

extension RecordedVerdict.Obstacle {
  /// Whether it is about samples in which the candidate failed or did not fit: see ``Swift/Array/candidateFailures``.
  fileprivate var isOfFailedCandidate: Bool {
    code == Gap.unscored("", .candidate, .failed, samples: 0, message: "").code
      && [CellStatus.failed, .capacityGated].contains {
        message.contains(" of the candidate in ") && message.contains(" ended as \($0.rawValue)")
      }
  }
}
