import Envelopes
import Measurements
import Statistics

/// Decides what a comparison's evidence says, by the promotion rule of its envelope.
///
///     let judge = try Judge(store.verdictInputs(of: 3))
///     print(try judge.verdict().text(width: 100))
///
/// Everything is a function of the inputs alone: no clock, file or engine is asked, so whoever holds the samples gets the
/// same bytes.
public struct Judge: Sendable {
  public let envelope: Envelope
  let inputs: VerdictInputs
  let comparison: Comparison

  /// Pairs the samples of both sides.
  ///
  /// - Parameter envelope: The evidence's envelope for callers that have read it already, which takes longer than all
  ///   else if it has thousands of items; nil reads it.
  /// - Throws: `EnvelopeError` if the stored envelope can't be read, `VerdictError` for samples that no measurement
  ///   yields.
  /// - Complexity: O(*n* log *n*) in samples and items.
  public init(_ inputs: VerdictInputs, under envelope: Envelope? = nil) throws {
    self.inputs = inputs
    let envelope = try envelope ?? Envelope(source: inputs.evidence.envelope)
    self.envelope = envelope
    comparison = try Comparison(inputs.evidence, envelope, after: inputs.pooled)
  }

  /// The blocks that are not scored, and why.
  public var voids: [BlockVoid] { comparison.voids }

  /// Why to measure no more blocks, as the evidence stands; nil while it is worthwhile.
  public func stoppingReason() throws(StatisticsError) -> StoppingReason? { try comparison.stop() }

  /// - Complexity: O(*n* log *n*) in samples, times the cells and rules of the envelope.
  public func verdict() throws(StatisticsError) -> Verdict {
    let evidence = inputs.evidence
    let rule = envelope.promotion
    let stop = try comparison.stop()
    let challenge = challenge
    var objectives: [ObjectiveResult] = []
    for objective in rule.objectives {
      objectives.append(
        try comparison.result(of: objective, rule.level(of: objective, challenge: challenge.number), stop))
    }
    var guardrails: [GuardrailResult] = []
    let guardrailLevel = rule.guardrailLevel(challenge: challenge.number)
    for guardrail in rule.guardrails {
      guardrails.append(
        GuardrailResult(
          metric: guardrail.metric, cell: guardrail.cell, margin: guardrail.margin, budgetBytes: guardrail.budgetBytes,
          effect: try comparison.effect(of: guardrail, guardrailLevel),
          gaps: comparison.gaps(of: guardrail, stop)))
    }
    let refusals = comparison.refusals
    let gaps = Self.distinct(
      (comparison.sessionGap.map { [$0] } ?? []) + objectives.flatMap(\.gaps) + guardrails.flatMap(\.gaps))
    let outcome = Self.outcome(objectives, guardrails, stop: stop, gaps: gaps, refusals: refusals)
    return Verdict(
      outcome: outcome,
      maturity: VerdictMaturity(
        of: evidence.session, outcome: outcome, decided: inputs.decided, rule),
      subject: comparison.subject, schema: envelope.schema, guardrailLevel: guardrailLevel, challenge: challenge,
      stop: stop,
      objectives: objectives, guardrails: guardrails, facts: comparison.facts,
      blocks: envelope.blockCells.map { comparison.tally(of: $0.id) }, voids: comparison.voids, gaps: gaps,
      refusals: refusals, loadMargin: comparison.isAttached ? LoadMargin.attachedServer : nil)
  }

  var challenge: Verdict.Challenge {
    let number = inputs.evidence.session.challenge ?? 1
    return Verdict.Challenge(
      number: number, level: AlphaBudget.level(of: number, in: envelope.promotion),
      earlierSessions: inputs.pooled.map(\.session.uuid))
  }

  /// The first that applies: what is refused or missing decides nothing, then harm, then doubt, then a win.
  private static func outcome(
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

  private static func distinct(_ gaps: [Gap]) -> [Gap] {
    var seen: Set<Gap> = []
    return gaps.filter { seen.insert($0).inserted }
  }
}

extension [Gap] {
  /// Samples in which the candidate failed or did not fit. If the resident did too, that is a gap of its own, and a
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
