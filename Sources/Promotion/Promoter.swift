import Envelopes
import Foundation
import Measurements
import ModelRegistry
import Store
import Verdicts

/// Turns a verdict into an edit of the registry, or into the reason why there is none.
public struct Promoter: Sendable {
  private let store: MeasurementStore
  /// The registry, or the source that generates it.
  private let registry: RegistryFile
  /// Says what a promotion needs besides the verdict.
  private let policy: RegistryPolicyFile
  /// Has the host's challenges over all databases.
  private let challenges: ChallengeLedgerFile
  /// The database with the host's sentinels.
  private let calibration: URL
  /// The edits of the registry.
  public let log: RegistryLog

  /// - Parameters:
  ///   - registry: The registry, or the source that generates it.
  ///   - requester: Who asks, for the record.
  ///   - policy: Nil for the one beside `registry`.
  ///   - challenges: Nil for the ledger beside `registry`.
  ///   - calibration: The database with the host's sentinels; nil for the one beside `store`.
  public init(
    store: MeasurementStore, registry: RegistryFile, requester: String, policy: RegistryPolicyFile? = nil,
    challenges: ChallengeLedgerFile? = nil, calibration: URL? = nil
  ) {
    self.store = store
    self.registry = registry
    self.policy = policy ?? RegistryPolicyFile(beside: registry.url)
    self.challenges = challenges ?? ChallengeLedgerFile(beside: registry.url)
    self.calibration = calibration ?? store.calibrationURL
    log = RegistryLog(store: store, registry: registry, requester: requester)
  }

  /// What a promotion may do besides what the envelope allows.
  public struct Permissions: Sendable {
    /// Nothing is changed or recorded.
    public var isDryRun: Bool
    /// Overrides an envelope that asks for a final verdict, but no policy.
    public var allowsProvisional: Bool
    /// The host that the comparison must have been measured on; nil for any.
    public var hostFingerprint: String?
    /// Roles that may move with the model though the comparison was not made for them.
    public var also: [Role]

    public init(
      isDryRun: Bool = false, allowsProvisional: Bool = false, hostFingerprint: String? = nil, also: [Role] = []
    ) {
      self.isDryRun = isDryRun
      self.allowsProvisional = allowsProvisional
      self.hostFingerprint = hostFingerprint
      self.also = also
    }
  }

  /// Judges a comparison and, if it may, points the roles at the candidate, all in one edit.
  ///
  /// The edit is recorded as pending before the file is touched and as done after; ``RegistryLog/recover()`` settles what
  /// a crash left between the two. Under the lock that keeps other promoters out, the policy and the ledger of challenges
  /// are read, and the files of both models are hashed again: they must be those that were measured.
  ///
  /// While the newest sentinel of the host that measured is off zero, nothing is promoted: see ``SentinelReading``. Nor is a
  /// win to which a later comparison of the same models is contrary.
  ///
  /// - Parameters:
  ///   - roles: Among them the one that the comparison was made for, which stands for none; each must mean the measured
  ///     resident. The policy may add roles that move together.
  ///   - move: Of ``RegistryEdit/Move/model``, all roles that share the model move, and each must be given, be among
  ///     those that may move as well, or have the comparison's envelope pinned by the policy.
  ///   - weights: Reads the models' files as they are now.
  /// - Throws: `StoreError`, `RegistryError` (among them that the resident has moved, and that the policy can't be read),
  ///   `PromotionError`, and what reading the files throws.
  public func promote(
    _ comparison: SessionNumber, roles: [Role], move: RegistryEdit.Move = .role, weights: WeightInspector,
    permissions: Permissions = Permissions()
  ) throws -> PromotionDecision {
    let pinned = try policy.read()
    let mark = try eligibleMark(of: comparison, pinned)
    let inputs = try store.verdictInputs(of: comparison, admitting: pinned?.admission ?? .none)
    let session = inputs.evidence.session
    guard let resident = session.resident else { throw PromotionError.notAComparison(comparison) }
    let judge = try Judge(inputs)
    let verdict = try judge.verdict()
    if !permissions.isDryRun {
      try store.recordIfNew(verdict: verdict.json, outcome: verdict.outcome.rawValue, for: comparison)
    }
    try checkHost(session, pinned, permissions)
    let document = try registry.read()
    let asked = try self.roles(asked: roles, of: session)
    let moved = try self.roles(moving: asked, move, in: document, judge.envelope, pinned, permissions)
    let remaining = moved.filter { document[$0] != session.candidate }
    if remaining.isEmpty, verdict.outcome == .promote {
      return PromotionDecision(verdict: verdict, mark: mark, action: .alreadyPromoted, diff: nil)
    }
    let edit = try RegistryEdit(
      (remaining.isEmpty ? moved : remaining).map {
        RegistryEdit.Change(role: $0, expected: resident, replacement: session.candidate)
      }, move: move)
    // Also if nothing is to be edited: a verdict about a model that is not resident any more decides nothing.
    let proposal = try registry.proposal(for: edit)
    guard verdict.outcome == .promote else {
      return PromotionDecision(verdict: verdict, mark: mark, action: .none, diff: nil)
    }
    try Self.checkLastWord(comparison, inputs)
    func policyCheck(_ pinned: RegistryPolicy?) -> PolicyCheck {
      PolicyCheck(
        policy: pinned, path: policy.url.relativePath, envelope: judge.envelope, inputs: inputs, verdict: verdict,
        license: weights.license)
    }
    let check = policyCheck(pinned)
    try check.verify(moved)
    func decision(
      _ action: PromotionDecision.Action, remarks: [String] = [], sentinel: SentinelReading? = nil
    ) -> PromotionDecision {
      PromotionDecision(
        verdict: verdict, mark: mark, action: action, diff: proposal.diff, remarks: remarks + proposal.reasonsForOwner,
        sentinel: sentinel)
    }
    guard check.isMature(moved) else { return decision(.needsMaturity) }
    let isOverridden =
      verdict.isProvisional && !judge.envelope.promotion.maturity.allowsProvisional && !check.asksForMaturity(moved)
    if isOverridden, !permissions.allowsProvisional { return decision(.needsMaturity) }
    if let sentinel = try blockingSentinel(session, mayMigrate: !permissions.isDryRun) {
      return decision(.sentinelOffZero, sentinel: sentinel)
    }
    if permissions.isDryRun || !proposal.reasonsForOwner.isEmpty {
      try checkChallenge(comparison, pinned)
      let remarks = try weights.remarks(on: inputs.evidence)
      return decision(permissions.isDryRun ? .wouldEdit : .needsOwner, remarks: remarks)
    }
    let also = permissions.also.filter { moved.contains($0) && !asked.contains($0) }
    let remarks = try log.apply(
      edit, kind: .promotion, comparison: comparison, remark: Self.remark(isOverridden, also: also)
    ) {
      let remarks = try weights.remarks(on: inputs.evidence)
      // All that was asked before the lock may have changed since.
      let pinned = try policy.read()
      let check = policyCheck(pinned)
      guard try eligibleMark(of: comparison, pinned) == mark,
        try store.verdictInputs(of: comparison, admitting: pinned?.admission ?? .none).isSame(as: inputs)
      else { throw PromotionError.policyChanged(policy.url.relativePath) }
      try check.verify(moved)
      guard check.isMature(moved), !isOverridden || !check.asksForMaturity(moved),
        try self.roles(moving: asked, move, in: document, judge.envelope, pinned, permissions) == moved,
        try blockingSentinel(session, mayMigrate: true) == nil
      else { throw PromotionError.policyChanged(policy.url.relativePath) }
      try takeOverChallenges(comparison, pinned)
      try checkChallenge(comparison, pinned)
      return remarks
    }
    return decision(.edited, remarks: remarks)
  }

  /// The newest finished comparison that was made for a role on a host; nil for any host.
  ///
  /// Imports that the policy does not admit, and what was set aside, are not among them.
  ///
  /// - Throws: `PromotionError.nothingToPromote`, `StoreError`, `RegistryError` for a policy that can't be read.
  public func newestComparison(on host: String?) throws -> SessionNumber {
    let admission = try policy.read()?.admission ?? .none
    let found = try store.sessions().first {
      $0.state == .complete && $0.session.role != nil && $0.session.resident != nil
        && (host == nil || $0.session.host.fingerprint == host)
        && $0.mark.decides(on: $0.session.host.fingerprint, admitting: admission)
    }
    guard let found else { throw PromotionError.nothingToPromote }
    return found.number
  }

  private func roles(asked roles: [Role], of session: MeasurementSession) throws -> [Role] {
    guard let measured = session.role else {
      guard !roles.isEmpty else { throw PromotionError.roleMissing }
      return roles
    }
    if roles.isEmpty { return [measured] }
    guard roles.contains(measured) else { throw PromotionError.otherRole(asked: roles, measured: measured) }
    return roles
  }

  /// The roles that an edit of some moves, all of which have to be covered by the comparison.
  private func roles(
    moving asked: [Role], _ move: RegistryEdit.Move, in document: Registry, _ envelope: Envelope,
    _ pinned: RegistryPolicy?, _ permissions: Permissions
  ) throws -> [Role] {
    let company = pinned?.company(of: asked) ?? asked
    guard move == .model else { return company }
    var moved = company
    for role in company { moved += document.rolesMoving(with: role).filter { !moved.contains($0) } }
    let uncovered = moved.filter { role in
      !company.contains(role) && !permissions.also.contains(role)
        && !(pinned?.pinsEnvelopes == true && pinned?.envelopes(for: role).contains(envelope.hash) == true)
    }
    guard uncovered.isEmpty else { throw PromotionError.movesUncovered(uncovered, with: company) }
    return moved
  }

  /// - Throws: `PromotionError.superseded` if the same models were compared since in the same class with another outcome, or
  ///   rejected in any.
  private static func checkLastWord(_ comparison: SessionNumber, _ inputs: VerdictInputs) throws(PromotionError) {
    let session = inputs.evidence.session
    let contrary = inputs.decided.last { later in
      later.startedAt > session.startedAt && later.outcome != Verdict.Outcome.promote.rawValue
        && (later.environment == session.environment || later.outcome == Verdict.Outcome.reject.rawValue)
    }
    guard let contrary else { return }
    throw .superseded(comparison, by: contrary.session, outcome: contrary.outcome)
  }

  private func blockingSentinel(_ session: MeasurementSession, mayMigrate: Bool) throws -> SentinelReading? {
    try SentinelReading.newest(in: calibration, host: session.host.fingerprint, mayMigrate: mayMigrate).blocking
  }

  private static func remark(_ isOverridden: Bool, also: [Role]) -> String {
    let provisional = isOverridden ? ", provisional verdict allowed by hand" : ""
    guard !also.isEmpty else { return provisional }
    return provisional + ", \(also.map(\.rawValue).joined(separator: " and ")) moved by hand as well"
  }

  /// The mark of a comparison that may decide something.
  ///
  /// - Throws: `PromotionError.imported`, `.setAside`, `.challengeSetAside`.
  private func eligibleMark(of comparison: SessionNumber, _ pinned: RegistryPolicy?) throws -> SessionMark {
    let record = try store.session(comparison)
    let (mark, admission) = (record.mark, pinned?.admission ?? .none)
    let host = record.session.host.fingerprint
    if let setAside = mark.setAside { throw PromotionError.setAside(comparison, why: setAside.why) }
    if case .imported(let source) = mark.origin, !admission.admits(mark.origin, host: host) {
      throw PromotionError.imported(comparison, source, host: host, policy: policy.url.relativePath)
    }
    let missing = try store.setAsidePredecessors(of: comparison, admitting: admission)
    guard missing.isEmpty else { throw PromotionError.challengeSetAside(comparison, missing) }
    return mark
  }

  private func checkHost(
    _ session: MeasurementSession, _ pinned: RegistryPolicy?, _ permissions: Permissions
  ) throws {
    let host = session.host.fingerprint
    guard let here = permissions.hostFingerprint, here != host else { return }
    // A policy that lists hosts says whose comparisons count.
    if pinned?.hosts.contains(host) == true { return }
    throw PromotionError.otherHost(measured: host, here: here)
  }

  private func account(of comparison: SessionNumber, _ pinned: RegistryPolicy?) throws -> ChallengeAccount? {
    try store.challengeAccount(of: comparison, admitting: pinned?.admission ?? .none)
  }

  /// - Throws: What ``ChallengeCheck`` throws; `RegistryError` for a ledger that can't be read.
  private func checkChallenge(_ comparison: SessionNumber, _ pinned: RegistryPolicy?) throws {
    guard let account = try account(of: comparison, pinned) else { return }
    try ChallengeCheck(account, try challenges.read()).verify(ledger: challenges.url.relativePath)
  }

  /// Adds the challenges to the ledger that only the database knows: they count from here on, whatever comes of this.
  private func takeOverChallenges(_ comparison: SessionNumber, _ pinned: RegistryPolicy?) throws {
    guard let account = try account(of: comparison, pinned) else { return }
    try challenges.withLedger { ledger, add in
      try add(ChallengeCheck(account, ledger).missing(at: Date().timeIntervalSince1970))
    }
  }
}

extension VerdictInputs {
  /// Whether both lead to the same verdict. That the comparison itself was judged meanwhile changes nothing.
  fileprivate func isSame(as other: VerdictInputs) -> Bool {
    func earlier(_ inputs: VerdictInputs) -> [DecidedComparison] {
      inputs.decided.filter { $0.session != inputs.evidence.session.uuid }
    }
    return evidence == other.evidence && pooled == other.pooled && earlier(self) == earlier(other)
  }
}
