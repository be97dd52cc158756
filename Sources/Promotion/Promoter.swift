import Envelopes
import Foundation
import Measurements
import ModelRegistry
import Store
import Verdicts

/// Turns a verdict into an edit of the registry, or into the reason why there is none.
public struct Promoter: Sendable {
  let store: MeasurementStore
  let registry: any RoleEditing
  /// Who asks, for the record.
  let requester: String

  /// - Parameter registry: The registry, or the source that generates it.
  public init(store: MeasurementStore, registry: any RoleEditing, requester: String) {
    self.store = store
    self.registry = registry
    self.requester = requester
  }

  /// What a promotion may do besides what the envelope allows.
  public struct Permissions: Sendable {
    /// Nothing is changed.
    public var isDryRun: Bool
    /// Overrides an envelope that asks for a final verdict.
    public var allowsProvisional: Bool
    /// The host that the comparison must have been measured on; nil for any.
    public var hostFingerprint: String?

    public init(isDryRun: Bool = false, allowsProvisional: Bool = false, hostFingerprint: String? = nil) {
      self.isDryRun = isDryRun
      self.allowsProvisional = allowsProvisional
      self.hostFingerprint = hostFingerprint
    }
  }

  /// Judges a comparison and, where it may, points the roles at the candidate, all in one edit.
  ///
  /// The edit is recorded as pending before the file is touched and as done after; ``recover()`` settles what a crash
  /// left between the two.
  ///
  /// - Parameter roles: Among them the one that the comparison was made for; each must mean the measured resident.
  /// - Throws: `StoreError`, `RegistryError` (among them that the resident has moved), `PromotionError`.
  public func promote(
    _ comparison: SessionNumber, roles: [Role], permissions: Permissions = Permissions()
  ) throws -> PromotionDecision {
    let evidence = try store.evidence(comparison)
    let (verdict, envelope) = try judge(evidence, of: comparison)
    try record(verdict, for: comparison)
    let edit = try edit(evidence, comparison, roles, permissions)
    // Also where nothing is to be edited: a verdict about a model that is not resident any more decides nothing.
    let diff = try registry.preview(edit)
    guard verdict.outcome == .promote else { return PromotionDecision(verdict: verdict, action: .none, diff: nil) }
    let isOverridden = verdict.isProvisional && !envelope.promotion.maturity.allowsProvisional
    if isOverridden, !permissions.allowsProvisional {
      return PromotionDecision(verdict: verdict, action: .needsMaturity, diff: diff)
    }
    if permissions.isDryRun { return PromotionDecision(verdict: verdict, action: .wouldEdit, diff: diff) }
    let reason = isOverridden ? "\(requester), provisional verdict allowed by hand" : requester
    try apply(edit, kind: .promotion, comparison: comparison, requestedBy: reason)
    return PromotionDecision(verdict: verdict, action: .edited, diff: diff)
  }

  private func edit(
    _ evidence: Evidence, _ comparison: SessionNumber, _ roles: [Role], _ permissions: Permissions
  ) throws -> RegistryEdit {
    guard let resident = evidence.session.resident else { throw PromotionError.notAComparison(comparison) }
    if let measured = evidence.session.role, !roles.contains(measured) {
      throw PromotionError.otherRole(asked: roles, measured: measured)
    }
    let host = evidence.session.host.fingerprint
    if let here = permissions.hostFingerprint, here != host {
      throw PromotionError.otherHost(measured: host, here: here)
    }
    return try RegistryEdit(
      roles.map { RegistryEdit.Change(role: $0, expected: resident, replacement: evidence.session.candidate) })
  }
}
