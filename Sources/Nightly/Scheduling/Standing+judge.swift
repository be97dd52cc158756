import Envelopes
import Measurements

/// What is known of a candidate's folder.
public struct CandidateFolder: Sendable, Equatable {
  /// Whether it exists.
  public var exists: Bool
  /// How often it failed in this state of its files.
  public var failures: Int

  public init(exists: Bool = true, failures: Int = 0) {
    self.exists = exists
    self.failures = failures
  }
}

/// What each candidate of a plan still lacks, role by role and envelope by envelope: a pure function.
///
/// - Parameters:
///   - residents: What each role means now; roles that are missing are left out.
///   - folders: By candidate; those that are missing are taken to exist.
///   - past: All sessions of this host, in any order.
public func standings(
  of plan: NightPlan, residents: [Role: ModelID], folders: [ModelID: CandidateFolder], past: [PastSession]
) -> [Standing] {
  plan.roles.flatMap { role -> [Standing] in
    guard let resident = residents[role] else { return [] }
    return plan.candidates.flatMap { candidate in
      plan.envelopes.indices.map { index in
        Standing(
          role: role, resident: resident, candidate: candidate, plan: plan, envelope: index,
          folder: folders[candidate] ?? CandidateFolder(), past: past)
      }
    }
  }
}

extension Standing {
  fileprivate init(
    role: Role, resident: ModelID, candidate: ModelID, plan: NightPlan, envelope index: Int, folder: CandidateFolder,
    past: [PastSession]
  ) {
    let envelope = plan.envelopes[index]
    let rule = envelope.promotion.maturity
    let all = past.filter {
      $0.role == role && $0.resident == resident && $0.candidate == candidate && $0.envelope == envelope.hash
    }.sorted { $0.startedAt < $1.startedAt }
    // What other weights of the same names have shown is no evidence about these.
    let own = all.filter { $0.weights == all.last?.weights }
    let complete = own.filter { $0.state == .complete }
    let counted = Self.counted(complete.filter(\.isDecided), daysBetween: rule.daysBetween)
    let seen = Set(counted.map(\.environment.rawValue))
    self.init(
      role: role, resident: resident, candidate: candidate, envelope: index, envelopeID: envelope.id,
      state: .open, outcome: complete.last?.outcome, validated: counted.count, needed: rule.comparisons,
      missingEnvironments: rule.environmentClasses.filter { !seen.contains($0) }
        .compactMap(EnvironmentClass.init(rawValue:)),
      dueAt: counted.last.map { $0.startedAt + rule.daysBetween * 86_400 })
    // A look through any of the plan's envelopes is a look.
    let screenings = Set(plan.envelopes.compactMap { $0.screening?.hash })
    state = state(
      complete: complete, last: own.last, folder,
      screening: past.filter { session in
        session.resident == nil && session.candidate == candidate && screenings.contains(session.envelope)
      })
  }

  private func state(
    complete: [PastSession], last: PastSession?, _ folder: CandidateFolder, screening: [PastSession]
  ) -> State {
    if candidate == resident { return .resident }
    if !folder.exists { return .missing }
    if folder.failures >= Self.failuresToPark { return .parked(failures: folder.failures) }
    if outcome == "reject" { return .rejected }
    if let last, last.state != .complete { return .interrupted(last.environment) }
    if complete.isEmpty {
      return screening.contains { $0.state == .complete && $0.isWhole } ? .screened : .unscreened
    }
    return complete.last?.isDecided == true && validated >= needed && missingEnvironments.isEmpty ? .final : .open
  }

  /// Those that are far enough from the one counted before them.
  private static func counted(_ sessions: [PastSession], daysBetween: Double) -> [PastSession] {
    var counted: [PastSession] = []
    for session in sessions where session.startedAt - (counted.last?.startedAt ?? -.infinity) >= daysBetween * 86_400 {
      counted.append(session)
    }
    return counted
  }
}
