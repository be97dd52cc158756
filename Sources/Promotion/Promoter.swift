import Envelopes
import Foundation
import JSON
import Measurements
import ModelRegistry
import Store
import Verdicts
import Vocabulary

/// Turns a verdict into an edit of the registry, or into the reason why there is none.
public struct Promoter: Sendable {
  let store: MeasurementStore
  let registry: RegistryFile
  /// Who asks, for the record.
  let requester: String

  public init(store: MeasurementStore, registry: RegistryFile, requester: String) {
    self.store = store
    self.registry = registry
    self.requester = requester
  }

  /// Judges a comparison and, where it may and `isDryRun` is false, points the role at the candidate.
  ///
  /// The edit is recorded as pending before the file is touched and as done after, so that a crash between the two
  /// shows in the log.
  ///
  /// - Parameter allowsProvisional: Overrides an envelope that asks for a final verdict.
  /// - Throws: `StoreError`, `RegistryError` (among them that the resident has moved), `PromotionError`.
  public func promote(
    _ comparison: SessionNumber, role: Role, isDryRun: Bool, allowsProvisional: Bool = false
  ) throws -> PromotionDecision {
    let evidence = try store.evidence(comparison)
    let (verdict, envelope) = try judge(evidence)
    try record(verdict, for: comparison)
    guard let resident = evidence.session.resident else { throw PromotionError.notAComparison(comparison) }
    if let measured = evidence.session.role, measured != role {
      throw PromotionError.otherRole(asked: role, measured: measured)
    }
    let edit = try RegistryEdit(role: role, expected: resident, replacement: evidence.session.candidate)
    // Also where nothing is to be edited: a verdict about a model that is not resident any more decides nothing.
    let diff = try registry.preview(edit)
    guard verdict.outcome == .promote else { return PromotionDecision(verdict: verdict, action: .none, diff: nil) }
    if verdict.isProvisional, !envelope.promotion.maturity.allowsProvisional, !allowsProvisional {
      return PromotionDecision(verdict: verdict, action: .needsMaturity, diff: diff)
    }
    if isDryRun { return PromotionDecision(verdict: verdict, action: .wouldEdit, diff: diff) }
    try apply(edit, comparison: comparison, role: role, from: resident, to: evidence.session.candidate)
    return PromotionDecision(verdict: verdict, action: .edited, diff: diff)
  }

  /// The verdict on evidence from the store, with its maturity.
  public func judge(_ evidence: Evidence) throws -> (Verdict, Envelope) {
    let envelope = try Envelope(source: evidence.envelope)
    return (try Judge(evidence, priorComparisons: try priorComparisons(evidence, envelope)).verdict(), envelope)
  }

  /// Keeps a verdict in the history, unless it is what the history ends with.
  public func record(_ verdict: Verdict, for comparison: SessionNumber) throws {
    guard try store.verdicts(of: comparison).last?.verdict != verdict.json else { return }
    try store.record(verdict: verdict.json, outcome: verdict.outcome.rawValue, for: comparison)
  }

  /// Validated comparisons of the same weights before this one, far enough apart to count.
  private func priorComparisons(_ evidence: Evidence, _ envelope: Envelope) throws -> Int {
    guard case .hashed(let candidate, _) = evidence.candidate.provenance,
      case .hashed(let resident, _) = evidence.resident.provenance
    else { return 0 }
    let gap = envelope.promotion.maturity.daysBetween * 86_400
    let starts = try store.validatedComparisons(
      candidate: candidate, resident: resident, envelope: evidence.session.envelopeHash,
      hostFingerprint: evidence.session.host.fingerprint
    ).map(\.startedAt).filter { $0 < evidence.session.startedAt }
    var counted: [Double] = []
    for start in starts where start - (counted.last ?? -.infinity) >= gap { counted.append(start) }
    // The last one must lie far enough before the comparison at hand.
    while let last = counted.last, evidence.session.startedAt - last < gap { counted.removeLast() }
    return counted.count
  }

  private func apply(
    _ edit: RegistryEdit, comparison: SessionNumber, role: Role, from: ModelID, to: ModelID
  ) throws {
    var record = RegistryEditRecord(
      id: UUID().uuidString.lowercased(), requestedAt: Date().timeIntervalSince1970, role: role, from: from, to: to,
      comparison: comparison, requestedBy: requester, kind: .promotion, state: .pending)
    try store.record(record)
    do {
      try registry.apply(edit)
    } catch {
      record.state = .abandoned
      try store.record(record)
      throw error
    }
    record.state = .done
    try store.record(record)
  }
}
