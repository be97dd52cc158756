import Envelopes
import Measurements
import Store
import Verdicts

extension Promoter {
  /// The verdict on a comparison, with the evidence that it adds to and its maturity.
  public func judge(_ comparison: SessionNumber) throws -> (Verdict, Envelope) {
    try judge(try store.evidence(comparison), of: comparison)
  }

  func judge(_ evidence: Evidence, of comparison: SessionNumber) throws -> (Verdict, Envelope) {
    try judge(evidence, after: try store.earlierEvidence(of: comparison).filter(evidence.continues))
  }

  /// The same for who has read the evidence already.
  ///
  /// - Parameter earlier: The comparisons that it goes on from, oldest first.
  public func judge(_ evidence: Evidence, after earlier: [Evidence]) throws -> (Verdict, Envelope) {
    let envelope = try Envelope(source: evidence.envelope)
    let judge = Judge(evidence, after: earlier, priorComparisons: try priorComparisons(evidence, envelope))
    return (try judge.verdict(), envelope)
  }

  /// Keeps a verdict in the history, unless it is what the history ends with.
  public func record(_ verdict: Verdict, for comparison: SessionNumber) throws {
    guard try store.verdicts(of: comparison).last?.verdict != verdict.json else { return }
    try store.record(verdict: verdict.json, outcome: verdict.outcome.rawValue, for: comparison)
  }

  /// Validated comparisons of the same weights before this one, far enough apart to count.
  private func priorComparisons(_ evidence: Evidence, _ envelope: Envelope) throws -> PriorComparisons {
    guard case .hashed(let candidate, _) = evidence.candidate.provenance,
      case .hashed(let resident, _) = evidence.resident.provenance
    else { return PriorComparisons(count: 0) }
    let earlier = try store.validatedComparisons(
      candidate: candidate, resident: resident, envelope: evidence.session.envelopeHash,
      hostFingerprint: evidence.session.host.fingerprint)
    let items = earlier.map {
      PriorComparisons.Item(session: $0.uuid, startedAt: $0.startedAt, environment: $0.environment)
    }
    return PriorComparisons(items, before: evidence.session.startedAt, envelope.promotion.maturity)
  }
}
