import Envelopes
import Measurements
import Statistics

/// Decides what a comparison's evidence says, by the promotion rule of its envelope.
///
///     let verdict = try Judge(evidence, priorComparisons: 3).verdict()
///     print(verdict.text(width: 100))
///
/// The verdict depends on the evidence and the count alone: no clock, file or engine is asked, so whoever holds the
/// samples gets the same bytes.
public struct Judge: Sendable {
  let evidence: Evidence
  let earlier: [Evidence]
  let priorComparisons: PriorComparisons

  /// - Parameters:
  ///   - earlier: The comparisons whose evidence this one adds to, oldest first: see ``Evidence/continues(_:)``.
  ///   - priorComparisons: Validated comparisons of the same weights under the same envelope before this one, as far
  ///     apart as the envelope's maturity rule asks.
  public init(
    _ evidence: Evidence, after earlier: [Evidence] = [],
    priorComparisons: PriorComparisons = PriorComparisons(count: 0)
  ) {
    self.evidence = evidence
    self.earlier = earlier
    self.priorComparisons = priorComparisons
  }

  /// - Throws: `EnvelopeError` where the stored envelope can't be read, `VerdictError` for samples that no measurement
  ///   gives.
  /// - Complexity: O(*n* log *n*) in samples, times the cells and rules of the envelope.
  public func verdict() throws -> Verdict {
    let envelope = try Envelope(source: evidence.envelope)
    let comparison = try Comparison(evidence, envelope, after: earlier)
    let stop = try comparison.stop()
    let level = AlphaBudget.level(of: evidence.session.challenge ?? 1, in: envelope.promotion)
    let objectives = try envelope.promotion.objectives.map { rule in
      ObjectiveResult(
        metric: rule.metric, cell: rule.cell, minimumEffect: rule.minimumEffect,
        effect: try comparison.effect(rule.metric, rule.cell, confidence: 1 - level),
        gaps: comparison.gaps(rule.metric, rule.cell, stop))
    }
    let guardrails = try envelope.promotion.guardrails.map { rule in
      GuardrailResult(
        metric: rule.metric, cell: rule.cell, margin: rule.margin, budgetBytes: rule.budgetBytes,
        effect: try comparison.effect(rule.metric, rule.cell, confidence: envelope.promotion.confidence),
        gaps: comparison.gaps(rule.metric, rule.cell, stop))
    }
    let refusals = comparison.refusals
    let gaps = Self.distinct(
      (comparison.sessionGap.map { [$0] } ?? []) + objectives.flatMap(\.gaps) + guardrails.flatMap(\.gaps))
    let outcome = Self.outcome(objectives, guardrails, stop: stop, gaps: gaps, refusals: refusals)
    return Verdict(
      outcome: outcome,
      maturity: VerdictMaturity(
        earlier: priorComparisons, envelope.promotion.maturity, environment: evidence.session.environment,
        outcome: outcome),
      subject: comparison.subject, confidence: envelope.promotion.confidence,
      challenge: challenge(level), stop: stop, objectives: objectives,
      guardrails: guardrails, facts: comparison.facts, blocks: envelope.blockCells.map { comparison.tally(of: $0.id) },
      voids: comparison.voids, gaps: gaps, refusals: refusals)
  }

  private func challenge(_ level: Double) -> Verdict.Challenge {
    Verdict.Challenge(
      number: evidence.session.challenge ?? 1, level: level, earlierSessions: earlier.map(\.session.uuid))
  }

  private static func distinct(_ gaps: [Gap]) -> [Gap] {
    var seen: Set<Gap> = []
    return gaps.filter { seen.insert($0).inserted }
  }
}
