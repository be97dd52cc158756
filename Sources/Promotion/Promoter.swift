import Envelopes
import Foundation
import Measurements
import ModelRegistry
import Store
import Verdicts

/// Turns a verdict into an edit of the registry, or into the reason why there is none.
public struct Promoter: Sendable {
  private let store: MeasurementStore
  private let registry: any RoleEditing
  /// Who asks, for the record.
  private let requester: String
  /// Says which envelopes may decide a role.
  private let policy: RegistryPolicyFile
  /// Has the host's challenges over all databases.
  private let challenges: ChallengeLedgerFile
  /// The database with the host's sentinels.
  private let calibration: URL

  /// - Parameters:
  ///   - registry: The registry, or the source that generates it.
  ///   - policy: Nil for the one beside `registry`.
  ///   - challenges: Nil for the ledger beside `registry`.
  ///   - calibration: The database with the host's sentinels; nil for the one beside `store`.
  public init(
    store: MeasurementStore, registry: any RoleEditing, requester: String, policy: RegistryPolicyFile? = nil,
    challenges: ChallengeLedgerFile? = nil, calibration: URL? = nil
  ) {
    self.store = store
    self.registry = registry
    self.requester = requester
    self.policy = policy ?? RegistryPolicyFile(beside: registry.url)
    self.challenges = challenges ?? ChallengeLedgerFile(beside: registry.url)
    self.calibration = calibration ?? store.calibrationURL
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

  /// Judges a comparison and, if it may, points the roles at the candidate, all in one edit.
  ///
  /// The edit is recorded as pending before the file is touched and as done after; ``recover()`` settles what a crash
  /// left between the two. Under the lock that keeps other promoters out, the policy and the ledger of challenges are
  /// read, and the files of both models are hashed again: they must be those that were measured.
  ///
  /// While the newest sentinel of the host that measured is off zero, nothing is promoted: see ``SentinelReading``.
  ///
  /// - Parameters:
  ///   - roles: Among them the one that the comparison was made for; each must mean the measured resident.
  ///   - weights: Reads the models' files as they are now.
  /// - Throws: `StoreError`, `RegistryError` (among them that the resident has moved, and that the policy can't be read),
  ///   `PromotionError`, and what reading the files throws.
  public func promote(
    _ comparison: SessionNumber, roles: [Role], weights: WeightInspector, permissions: Permissions = Permissions()
  ) throws -> PromotionDecision {
    let inputs = try store.verdictInputs(of: comparison)
    let judge = try Judge(inputs)
    let verdict = try judge.verdict()
    try store.recordIfNew(verdict: verdict.json, outcome: verdict.outcome.rawValue, for: comparison)
    let edit = try edit(inputs.evidence.session, comparison, roles, permissions)
    // Also if nothing is to be edited: a verdict about a model that is not resident any more decides nothing.
    let diff = try registry.preview(edit)
    guard verdict.outcome == .promote else { return PromotionDecision(verdict: verdict, action: .none, diff: nil) }
    try checkEnvelope(judge.envelope, roles)
    let isOverridden = verdict.isProvisional && !judge.envelope.promotion.maturity.allowsProvisional
    if isOverridden, !permissions.allowsProvisional {
      return PromotionDecision(verdict: verdict, action: .needsMaturity, diff: diff)
    }
    let host = inputs.evidence.session.host.fingerprint
    if let sentinel = try SentinelReading.newest(in: calibration, host: host).blocking {
      return PromotionDecision(verdict: verdict, action: .sentinelOffZero, diff: diff, sentinel: sentinel)
    }
    if permissions.isDryRun {
      try checkChallenge(comparison)
      let remarks = try weights.remarks(on: inputs.evidence)
      return PromotionDecision(verdict: verdict, action: .wouldEdit, diff: diff, remarks: remarks)
    }
    let reason = isOverridden ? "\(requester), provisional verdict allowed by hand" : requester
    let remarks = try apply(edit, kind: .promotion, comparison: comparison, requestedBy: reason) {
      try checkEnvelope(judge.envelope, roles)
      try takeOverChallenges(comparison)
      try checkChallenge(comparison)
      return try weights.remarks(on: inputs.evidence)
    }
    return PromotionDecision(verdict: verdict, action: .edited, diff: diff, remarks: remarks)
  }

  /// - Throws: `PromotionError.envelopeNotAllowed`, `.envelopeTooWeak`; `RegistryError` for a policy that can't be read.
  private func checkEnvelope(_ envelope: Envelope, _ roles: [Role]) throws {
    guard let pinned = try policy.read() else {
      guard let role = roles.first, !EnvelopeFloor.holds(envelope) else { return }
      throw PromotionError.envelopeTooWeak(
        role, envelope.hash, schema: envelope.schema.rawValue, confidence: envelope.promotion.confidence)
    }
    for role in roles where !pinned.envelopes(for: role).contains(envelope.hash) {
      throw PromotionError.envelopeNotAllowed(role, envelope.hash, policy: policy.url.relativePath)
    }
  }

  /// - Throws: What ``ChallengeCheck`` throws; `RegistryError` for a ledger that can't be read.
  private func checkChallenge(_ comparison: SessionNumber) throws {
    guard let account = try store.challengeAccount(of: comparison) else { return }
    try ChallengeCheck(account, try challenges.read()).verify(ledger: challenges.url.relativePath)
  }

  /// Adds the challenges to the ledger that only the database knows: they count from here on, whatever comes of this.
  private func takeOverChallenges(_ comparison: SessionNumber) throws {
    guard let account = try store.challengeAccount(of: comparison) else { return }
    try challenges.withLedger { ledger, add in
      try add(ChallengeCheck(account, ledger).missing(at: Date().timeIntervalSince1970))
    }
  }

  private func edit(
    _ session: MeasurementSession, _ comparison: SessionNumber, _ roles: [Role], _ permissions: Permissions
  ) throws -> RegistryEdit {
    guard let resident = session.resident else { throw PromotionError.notAComparison(comparison) }
    if let measured = session.role, !roles.contains(measured) {
      throw PromotionError.otherRole(asked: roles, measured: measured)
    }
    let host = session.host.fingerprint
    if let here = permissions.hostFingerprint, here != host {
      throw PromotionError.otherHost(measured: host, here: here)
    }
    return try RegistryEdit(
      roles.map { RegistryEdit.Change(role: $0, expected: resident, replacement: session.candidate) })
  }
}

extension Promoter {
  /// Edits the file, with a row for each role that says so before and after.
  ///
  /// - Parameter check: Runs first, under the lock; what it throws leaves everything as it was.
  /// - Returns: What `check` returns.
  private func apply<Checked>(
    _ edit: RegistryEdit, kind: RegistryEditRecord.Kind, comparison: SessionNumber?, requestedBy: String,
    after check: () throws -> Checked
  ) throws -> Checked {
    try registry.withDecisionLock {
      let checked = try check()
      var records = edit.changes.map { change in
        RegistryEditRecord(
          id: UUID().uuidString.lowercased(), requestedAt: Date().timeIntervalSince1970, role: change.role,
          from: change.expected, to: change.replacement, comparison: comparison, requestedBy: requestedBy, kind: kind,
          state: .pending, file: filePath)
      }
      for record in records { try store.record(record) }
      var failure: (any Error)?
      do {
        try registry.apply(edit)
      } catch {
        failure = error
      }
      for index in records.indices {
        records[index].state = failure == nil ? .done : .abandoned
        try store.record(records[index])
      }
      if let failure { throw failure }
      return checked
    }
  }

  /// Settles the edits of this file that a crash left pending, by what the file says, and returns them.
  ///
  /// An edit counts as done if its role means the new id. It waits for an edit that is under way.
  ///
  /// - Throws: `StoreError`, `RegistryError`.
  @discardableResult
  public func recover() throws -> [RegistryEditRecord] {
    guard try !pending().isEmpty else { return [] }
    return try registry.withDecisionLock {
      try pending().map { record in
        var record = record
        record.state = (try? registry.resident(of: record.role)) == record.to ? .done : .abandoned
        try store.record(record)
        return record
      }
    }
  }

  /// Takes the role's last edit of this file back, as an edit like any other.
  ///
  /// - Returns: What was, or for a dry run would be, changed, as a patch.
  /// - Throws: `PromotionError.nothingToRollBack`; `RegistryError.residentMoved` if the role was changed since.
  public func rollBack(_ role: Role, isDryRun: Bool) throws -> UnifiedDiff {
    try recover()
    let last = try store.registryEdits(role: role).last { $0.state == .done && isOfThisFile($0) }
    guard let last else { throw PromotionError.nothingToRollBack(role) }
    let edit = try RegistryEdit(role: role, expected: last.to, replacement: last.from)
    let diff = try registry.preview(edit)
    if !isDryRun { try apply(edit, kind: .rollback, comparison: nil, requestedBy: requester) {} }
    return diff
  }

  private func pending() throws -> [RegistryEditRecord] {
    try store.registryEdits(role: nil).filter { $0.state == .pending && isOfThisFile($0) }
  }

  private func isOfThisFile(_ record: RegistryEditRecord) -> Bool { record.file == nil || record.file == filePath }

  private var filePath: String { registry.url.standardizedFileURL.path }
}

/// What an envelope needs at least to decide a role that no policy pins envelopes to.
enum EnvelopeFloor {
  /// By rounds, every metric that is measured is guarded, or says why not.
  static let schema = EnvelopeSchema.rounds
  static let confidence = 0.95

  static func holds(_ envelope: Envelope) -> Bool {
    envelope.schema == schema && envelope.promotion.confidence >= confidence
  }
}
