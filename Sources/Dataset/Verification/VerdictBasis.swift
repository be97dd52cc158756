import Measurements
import Verdicts

/// The comparisons of a dataset that a published verdict rests on, beside the one that it is about.
///
/// A verdict names the sessions whose blocks it pooled and those that its maturity counts. It is judged again from
/// exactly these, since the dataset may have others, from another database of the same host. A verdict that does not name
/// all of them, as old ones, is judged from whatever the dataset has.
struct VerdictBasis {
  /// Those whose blocks the verdict pooled, oldest first.
  let pooled: [PublishedComparison]
  /// Those that its maturity counts, oldest first.
  let counted: [PublishedComparison]
  /// The outcome of each session's last published verdict, by UUID.
  private let outcomes: [String: String]
  /// Whether the verdict names them.
  let isRecorded: Bool
  /// How many comparisons of the dataset the verdict leaves out, in words; empty if none.
  let remarks: [String]

  /// The path of the member that only newer verdicts have.
  static let countedPath = "maturity.counted_sessions"

  /// Why the verdict can't be judged: the dataset lacks a session that it names, or that session is of other models or
  /// conditions, or was set aside by then, or it is counted although it decided nothing.
  struct Missing: Error, CustomStringConvertible {
    let description: String
  }

  /// - Parameters:
  ///   - comparisons: All of the dataset.
  ///   - outcomes: The outcome of each session's last published verdict, by UUID.
  ///   - setAsides: Of the dataset: what was set aside by `time` took part in nothing.
  ///   - time: When the verdict was recorded, in seconds since 1970.
  /// - Throws: ``Missing``.
  init(
    of verdict: RecordedVerdict, on comparison: PublishedComparison, among comparisons: PublishedComparisons,
    outcomes: [String: String], _ setAsides: SetAsideHistory, at time: Double
  ) throws(Missing) {
    self.outcomes = outcomes
    let isOut = { (other: PublishedComparison) in setAsides.setAside(other.uuid, before: time) != nil }
    // What the database imported was judged apart from what it measured, unless the verdict says otherwise.
    let candidates = comparisons.like(comparison, ofChallenge: true).filter {
      $0.session.origin == comparison.session.origin && comparison.evidence.continues($0.evidence)
    }
    guard let basis = verdict.basis else {
      pooled = candidates.filter { !isOut($0) }
      counted = comparisons.like(comparison, ofChallenge: false).filter {
        $0.session.origin == comparison.session.origin && $0.evidence.isComparable(to: comparison.evidence)
          && !isOut($0)
      }
      isRecorded = false
      remarks = []
      return
    }
    pooled = try Self.resolve(basis.pooledSessions, comparisons, "pools") { comparison.evidence.continues($0) }
    counted = try Self.resolve(basis.countedSessions, comparisons, "counts") {
      $0.isComparable(to: comparison.evidence)
    }
    let undecided = Verdict.Outcome.inconclusive.rawValue
    if let session = (pooled + counted).first(where: isOut) {
      throw Missing(description: "the verdict rests on session \(session.uuid), which was set aside before")
    }
    if let session = counted.first(where: { outcomes[$0.uuid, default: undecided] == undecided }) {
      throw Missing(description: "the verdict counts session \(session.uuid), which decided nothing")
    }
    isRecorded = true
    let setAside = candidates.count(where: isOut)
    let left = candidates.count - setAside - pooled.count
    remarks =
      (left > 0
        ? ["it leaves out \(left) earlier comparisons of the same weights and conditions, which its database lacked"]
        : [])
      + (setAside > 0 ? ["it leaves out \(setAside) earlier comparisons of its challenge that were set aside"] : [])
  }

  /// All that decides the verdict about a comparison, with its samples.
  ///
  /// - Throws: `DatasetError` for the first shard that can't be used.
  func verdictInputs(
    on comparison: PublishedComparison, _ loader: inout EvidenceLoader
  ) throws(DatasetError) -> VerdictInputs {
    var pooled: [Evidence] = []
    for other in self.pooled {
      if let evidence = try loader.evidence(of: other.session) { pooled.append(evidence) }
    }
    return VerdictInputs(
      try loader.evidence(of: comparison.session) ?? comparison.evidence, pooled: pooled,
      decided: counted.map {
        DecidedComparison(
          session: $0.uuid, startedAt: $0.evidence.session.startedAt, environment: $0.evidence.session.environment,
          outcome: outcomes[$0.uuid] ?? Verdict.Outcome.inconclusive.rawValue)
      })
  }

  private static func resolve(
    _ sessions: [String], _ comparisons: PublishedComparisons, _ verb: String, where fits: (Evidence) -> Bool
  ) throws(Missing) -> [PublishedComparison] {
    var found: [PublishedComparison] = []
    var seen: Set<String> = []
    for uuid in sessions {
      guard let other = comparisons[uuid] else {
        throw Missing(description: "the dataset has no samples of session \(uuid), which the verdict \(verb)")
      }
      guard fits(other.evidence), seen.insert(uuid).inserted else {
        throw Missing(
          description: "the verdict \(verb) session \(uuid), which is of other weights or conditions, or not earlier")
      }
      found.append(other)
    }
    return found.sorted { ($0.evidence.session.startedAt, $0.uuid) < ($1.evidence.session.startedAt, $1.uuid) }
  }
}

/// A comparison of a dataset, without its samples.
///
/// An object, since each verdict looks through all that are under its envelope, and to copy one takes many references.
final class PublishedComparison {
  let session: PublishedSession
  let evidence: Evidence

  init(session: PublishedSession, evidence: Evidence) {
    self.session = session
    self.evidence = evidence
  }

  var uuid: String { evidence.session.uuid }
}

/// The comparisons of a dataset.
struct PublishedComparisons {
  /// Oldest first.
  private(set) var all: [PublishedComparison] = []
  private var positions: [String: Int] = [:]
  /// By what comparisons must share to have to do with each other.
  private var groups: [Group: [Int]] = [:]

  /// Of one envelope and host, and of one challenge or, for nil, of any.
  private struct Group: Hashable {
    let envelope: EnvelopeHash
    let host: String
    var challenge: Int??

    init(_ session: MeasurementSession, ofChallenge: Bool) {
      envelope = session.envelopeHash
      host = session.host.fingerprint
      challenge = ofChallenge ? .some(session.challenge) : .none
    }
  }

  /// Adds a comparison that is not older than those before it.
  mutating func append(_ comparison: PublishedComparison) {
    positions[comparison.uuid] = all.count
    for ofChallenge in [true, false] {
      groups[Group(comparison.evidence.session, ofChallenge: ofChallenge), default: []].append(all.count)
    }
    all.append(comparison)
  }

  /// Those under the same envelope on the same host, oldest first.
  ///
  /// - Parameter ofChallenge: Only those with the same challenge.
  func like(_ comparison: PublishedComparison, ofChallenge: Bool) -> [PublishedComparison] {
    groups[Group(comparison.evidence.session, ofChallenge: ofChallenge), default: []].map { all[$0] }
  }

  /// The comparison of a session's UUID.
  subscript(_ uuid: String) -> PublishedComparison? { positions[uuid].map { all[$0] } }
}
