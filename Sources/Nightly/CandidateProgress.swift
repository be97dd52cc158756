import Envelopes
import Fit
import Foundation
import Measurements
import Verdicts

/// How far one candidate for one role has come under one envelope, and what it still lacks.
public struct CandidateProgress: Sendable, Equatable {
  /// What there is to do about it.
  public enum State: Sendable, Equatable {
    /// Never measured in this state of its files.
    case unscreened
    /// A screening passed and no comparison was begun.
    case screened
    /// A comparison was interrupted and can go on.
    case interrupted(EnvironmentClass)
    /// There are comparisons, and the verdict is provisional.
    case open
    /// The verdict is final.
    case final
    /// A guardrail is broken: other weights are needed.
    case rejected
    /// It failed too often in this state of its files.
    case parked(failures: Int)
    /// There is no such model folder.
    case missing
    /// It is the resident already.
    case resident
  }

  public var role: Role
  public var resident: ModelID
  public var candidate: ModelID
  /// The index in the plan's envelopes.
  public var envelope: Int
  public var envelopeID: String
  public var state: State
  /// The outcome of the last verdict.
  public var outcome: String?
  /// Comparisons that count.
  public var validated: Int
  /// Comparisons that the envelope asks for.
  public var needed: Int
  /// Classes that the envelope asks for and none of the comparisons that count was measured in.
  public var missingEnvironments: [EnvironmentClass]
  /// From when on another comparison counts, in seconds since 1970; nil if none was made.
  public var dueAt: Double?
  /// What `fit` says of it in its role before it was compared; nil if that was not asked or cannot be said.
  public var tier: Tier? = nil

  /// Failures after which a candidate is left alone until its files change.
  public static let failuresToPark = 3

  /// Whether measuring may still change the verdict.
  public var isOpen: Bool {
    switch state {
    case .unscreened, .screened, .interrupted, .open: true
    case .final, .rejected, .parked, .missing, .resident: false
    }
  }

  /// Whether no comparison of it was begun.
  var isNew: Bool { state == .unscreened || state == .screened }

  /// Whether no night measures it as it is: decided, given up, or not there.
  var isSettled: Bool {
    switch state {
    case .final, .rejected, .parked, .missing: true
    case .unscreened, .screened, .interrupted, .open, .resident: false
    }
  }

  /// What the candidate still lacks, in words.
  ///
  /// - Parameter now: Seconds since 1970.
  public func lacks(at now: Double) -> String {
    switch state {
    case .unscreened: return "a screening and \(Self.count(needed))"
    case .screened: return "\(Self.count(needed)); the screening is passed"
    case .interrupted: return "the rest of an interrupted comparison"
    case .final: return "nothing: the verdict \(outcome ?? "") is final"
    case .rejected: return "other weights: a guardrail is broken"
    case .parked(let failures): return "other weights: parked after \(failures) failures"
    case .missing: return "its model folder"
    case .resident: return "nothing: it is the resident"
    case .open: break
    }
    var parts: [String] = []
    if validated < needed { parts.append("\(Self.count(needed - validated)) of \(needed)") }
    if !missingEnvironments.isEmpty {
      parts.append("one in the class \(missingEnvironments.map(\.rawValue).joined(separator: " and "))")
    }
    if parts.isEmpty { parts.append("a comparison that decides: the last is \(outcome ?? "without a verdict")") }
    if let dueAt, dueAt > now {
      parts.append("the next counts from \(Date(timeIntervalSince1970: dueAt).formatted(.iso8601)) on")
    }
    return parts.joined(separator: ", ")
  }

  private static func count(_ comparisons: Int) -> String {
    comparisons == 1 ? "1 comparison" : "\(comparisons) comparisons"
  }
}

/// What is known of a candidate's folder.
public struct CandidateFolder: Sendable, Equatable {
  public var exists: Bool
  /// How often the candidate failed in this state of its files.
  public var failures: Int

  public init(exists: Bool = true, failures: Int = 0) {
    self.exists = exists
    self.failures = failures
  }
}

extension NightPlan {
  /// The progress of each candidate, role by role, then candidate by candidate, then envelope by envelope.
  ///
  /// - Parameters:
  ///   - residents: What each role means now; roles that are missing are left out.
  ///   - folders: By candidate; those that are missing are taken to exist.
  ///   - past: All sessions of this host, in any order.
  public func progress(
    residents: [Role: ModelID], folders: [ModelID: CandidateFolder], past: [PastSession]
  ) -> [CandidateProgress] {
    roles.flatMap { role -> [CandidateProgress] in
      guard let resident = residents[role] else { return [] }
      return candidates.flatMap { candidate in
        envelopes.indices.map { index in
          CandidateProgress(
            role: role, resident: resident, candidate: candidate, plan: self, envelope: index,
            folder: folders[candidate] ?? CandidateFolder(), past: past)
        }
      }
    }
  }
}

extension CandidateProgress {
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
    let decided = complete.compactMap(\.decided)
    let latest = decided.last.flatMap { Verdict.Outcome(rawValue: $0.outcome) }
    let counted = VerdictMaturity.counted(envelope.promotion.agreeing(decided, with: latest), before: .infinity, rule)
    let seen = Set(counted.map(\.environment.rawValue))
    self.init(
      role: role, resident: resident, candidate: candidate, envelope: index, envelopeID: envelope.id,
      state: .open, outcome: complete.last?.outcome, validated: counted.count, needed: rule.comparisons,
      missingEnvironments: rule.environmentClasses.filter { !seen.contains($0) }
        .compactMap(EnvironmentClass.init(rawValue:)),
      dueAt: counted.last.map { $0.startedAt + rule.daysBetween * 86_400 })
    // A screening by any of the plan's envelopes is enough.
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
    let isMature = validated >= needed && missingEnvironments.isEmpty
    return complete.last?.decided != nil && isMature ? .final : .open
  }
}
