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

extension Verdict {
  /// The outcome and how final it is.
  var headline: String {
    "\(outcome.rawValue), \(maturity.stage.rawValue): \(maturity.validated) of"
      + " \(Figures.count(maturity.needed, "validated comparison"))"
  }

  /// Who against whom, and under which conditions; each a name and its text.
  var headings: [(name: String, text: String)] {
    let load = subject.highestLoadAverage.map { ", load average at most \(Figures.plain($0))" } ?? ""
    let contract: [(name: String, text: String)] = [
      ("candidate", Self.title(subject.candidate)),
      ("resident", Self.title(subject.resident) + (subject.role.map { ", role \($0)" } ?? "")),
      ("envelope", "\(subject.envelopeID) version \(subject.envelopeVersion) (\(subject.envelopeHash.short))"),
      ("engine", subject.candidate.engine.title),
    ]
    let circumstances: [(name: String, text: String)] = [
      ("host", "\(subject.host.chip), \(subject.host.operatingSystem), \(Figures.bytes(subject.host.memoryBytes))"),
      ("environment", subject.environment.rawValue + load),
      ("session", subject.session),
      ("blocks", blocksText),
      ("challenge", challengeText),
    ]
    let server: [(name: String, text: String)] = loadMargin.map { [("load", LoadMargin.text($0))] } ?? []
    return contract + workerHeading + server + circumstances
  }

  /// Whose worker was another program, if any.
  private var workerHeading: [(name: String, text: String)] {
    let sides = [("resident", subject.resident), ("candidate", subject.candidate)].filter { $0.1.hasOverriddenWorker }
    guard !sides.isEmpty else { return [] }
    return [
      (
        "worker",
        "overridden by RESIDENT_WORKER for \(sides.map(\.0).joined(separator: " and ")): another program than this one was"
          + " measured"
      )
    ]
  }

  /// What the figures of the rules mean.
  var legend: String {
    let sides = guardrailLevel.sides == .one ? ", each end by itself" : ""
    return "Effects: above 0 is better for the candidate. Intervals on blocks hold however often they were looked at:"
      + " \(Figures.confidence(1 - challenge.level)) confidence for objectives, "
      + "\(Figures.confidence(1 - guardrailLevel.alpha)) for guardrails\(sides);"
      + " the fixed-sample interval beside them is right for a single look."
      + " Answer flips and peak memory are bounds: less is better."
  }

  private var blocksText: String {
    let used = blocks.map(\.used).min() ?? 0
    let planned = blocks.map(\.planned).max() ?? 0
    return "\(used) scored of at most \(planned) per cell, "
      + (stop.map { "ended for: \($0.title)" } ?? "not ended")
  }

  private var challengeText: String {
    let share = challenge.number * (challenge.number + 1) / 2
    let earlier = challenge.earlierSessions.count
    return "\(challenge.number) of this resident, alpha \(Figures.plain(challenge.level)) per objective"
      + (share > 1 ? " (1/\(share) of the first's)" : "")
      + (earlier > 0 ? ", adds to \(Figures.count(earlier, "earlier session"))" : "")
  }

  /// One line a void block.
  var voidLines: [String] { voids.map { "block \($0.block) of \($0.cell): \($0.reason)" } }

  /// How the weights are known, unless they were hashed.
  private static func known(_ proof: ProofLevel?) -> String {
    guard let proof, proof != .hashed else { return "" }
    return ", known by \(proof.rawValue)"
  }

  private static func title(_ contender: VerdictSubject.Contender) -> String {
    let weights = contender.weights.map { "weights \($0.short)\(known(contender.proof))" }
    return "\(contender.model) (\(weights ?? "weights unverified"))"
  }
}
