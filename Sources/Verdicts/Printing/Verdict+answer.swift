import Measurements

/// The answer in words: what follows, and the figures that decided.
extension Verdict {
  /// What follows for whoever keeps the resident, in one line.
  public var answer: String {
    outcome.answer(
      keeping: subject.resident.model, against: subject.candidate.model, stage: maturity.stage,
      validated: maturity.validated, needed: maturity.needed,
      isBroken: guardrails.contains { $0.state == .broken })
  }

  /// Why, in a few sentences: what was shown, what only looked so, what failed, what stays open.
  var reasons: [String] {
    let refused = refusals.map { "Refused: \($0)." }
    let failed = gaps.candidateFailures.map { "Of the candidate: \($0)." }
    let won = sentence("Shown better: ", objectives.filter { $0.ruleState == .shown }.map(clause))
    let broken = sentence("Shown worse: ", guardrails.filter { $0.ruleState == .broken }.map(clause))
    let looked = objectives.filter { [.tooNoisy, .noBoundYet, .open].contains($0.ruleState) && RecordedRule($0).leans }
    let unproven = sentence("It looked better, which is not proof: ", looked.map(clause))
    let open = guardrails.filter { [.tooNoisy, .noBoundYet, .open, .noData].contains($0.ruleState) }
    let titles = Figures.list(open.map { $0.evidenceRow(facts).title }, limit: 3, separator: "; ")
    let undecided =
      open.isEmpty || outcome == .reject
      ? [] : ["Open: \(titles). A larger loss than the rule allows can't be ruled out there."]
    return refused + failed + broken + won + unproven + undecided
  }

  private func sentence(_ start: String, _ clauses: [String]) -> [String] {
    clauses.isEmpty ? [] : [start + Figures.list(clauses, limit: 3, separator: "; ") + "."]
  }

  private func clause(_ objective: ObjectiveResult) -> String {
    let row = objective.evidenceRow(facts)
    let bound: String? =
      switch objective.effect {
      case .ratio(let effect)? where objective.ruleState == .shown:
        "at least \(Figures.change(effect.interval.lower - 1, isMoreBetter: true)) better"
      default: nil
      }
    return "\(row.title) \(row.effect) (\(bound.map { $0 + ", " } ?? "")\(row.limit))"
  }

  private func clause(_ guardrail: GuardrailResult) -> String {
    let row = guardrail.evidenceRow(facts)
    return "\(row.title) \(row.effect) (\(row.limit))"
  }
}

extension RecordedVerdict {
  /// What follows for whoever keeps the resident, in one line.
  public var answer: String {
    outcome.answer(
      keeping: subject.resident.model, against: subject.candidate.model, stage: stage, validated: validatedComparisons,
      needed: neededComparisons, isBroken: rules.contains { $0.state == .guardrail(.broken) })
  }
}

extension Verdict.Outcome {
  fileprivate func answer(
    keeping resident: ModelID, against candidate: ModelID, stage: VerdictMaturity.Stage, validated: Int, needed: Int,
    isBroken: Bool
  ) -> String {
    switch self {
    case .promote where stage == .provisional:
      "KEEP \(resident) for now.  \(candidate) won; of the \(needed) comparisons that have to agree,"
        + " \(validated) \(validated == 1 ? "is" : "are") in."
    case .promote: "TAKE \(candidate).  It won over \(resident), and every guardrail holds."
    case .hold: "KEEP \(resident).  \(candidate) was not shown to be better."
    case .reject where !isBroken: "KEEP \(resident).  \(candidate) could not be measured as the envelope asks."
    case .reject: "KEEP \(resident).  \(candidate) is worse than the rule allows."
    case .inconclusive: "KEEP \(resident).  Nothing is decided about \(candidate)."
    }
  }
}

/// What would change the answer.
extension Verdict {
  /// What is missing for a decision, or for a final one, each in one sentence.
  var remedies: [String] {
    guard outcome == .inconclusive || isProvisional else { return [] }
    return gaps.map(\.description) + quietRemedy + objectiveRemedies + guardrailRemedies + maturityRemedy
  }

  private var quietRemedy: [String] {
    let (void, planned) = (blocks.map(\.void).reduce(0, +), blocks.map { $0.used + $0.void }.reduce(0, +))
    guard planned > 0, Double(void) / Double(planned) > 0.1 else { return [] }
    let load = subject.highestLoadAverage.map { ", load average up to \(Figures.plain($0))" } ?? ""
    return ["a quiet machine: \(void) of \(Figures.count(planned, "block")) were void\(load)"]
  }

  private var objectiveRemedies: [String] {
    guard outcome == .inconclusive else { return [] }
    return objectives.compactMap { objective in
      guard objective.state == .notShown, case .ratio(let effect)? = objective.effect, RecordedRule(objective).leans
      else {
        return nil
      }
      return "\(objective.evidenceRow(facts).title): \(effect.outlook(beyond: 1 + objective.minimumEffect))"
    }
  }

  private var guardrailRemedies: [String] {
    guardrails.compactMap { guardrail in
      guard guardrail.state == .unresolved else { return nil }
      let title = guardrail.evidenceRow(facts).title
      return switch guardrail.effect {
      case .ratio(let effect)?: "\(title): \(effect.outlook(beyond: 1 - guardrail.margin))"
      case .accuracy(let effect)?: "\(title): \(effect.outlook(above: -guardrail.margin))"
      default: "\(title): more items"
      }
    }
  }

  private var maturityRemedy: [String] {
    let missing = max(maturity.needed - maturity.validated, 0)
    let classes = maturity.missingEnvironments.map { ", one of them \($0)" }.joined()
    var remedies: [String] = []
    if missing > 0 || !classes.isEmpty {
      remedies.append(
        "\(Figures.count(max(missing, 1), "more comparison")) of the same weights with a decision\(classes)")
    }
    if outcome != .promote {
      remedies.append(
        "each further candidate against this resident needs stronger evidence; this one had number \(challenge.number)")
    }
    return remedies
  }
}
