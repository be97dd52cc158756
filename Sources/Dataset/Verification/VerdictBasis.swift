import JSON
import Measurements
import Verdicts

/// Which comparisons of a dataset a published verdict rests on, beside the one that it is about.
///
/// A verdict names the sessions whose blocks it pooled and those that its maturity counts, and is judged from exactly
/// these: another database of the same host may have held others. One from before verdicts named all of them is judged
/// from whatever the dataset has.
struct VerdictBasis {
  /// Oldest first.
  let pooled: [PublishedComparison]
  /// Oldest first.
  let counted: [PublishedComparison]
  /// Whether the verdict names them.
  let isRecorded: Bool
  /// What the verdict leaves out of that which the dataset has.
  let remarks: [String]

  /// The member that only newer verdicts have.
  static let countedPath = "maturity.counted_sessions"

  /// A session that the verdict names and the dataset lacks, that is of other models or conditions, or that decided
  /// nothing where it is to count.
  struct Missing: Error, CustomStringConvertible {
    let description: String
  }

  /// - Parameters:
  ///   - comparisons: All of the dataset.
  ///   - outcomes: Of each session's last published verdict, by UUID.
  /// - Throws: ``Missing``.
  init(
    of verdict: JSONValue, on comparison: PublishedComparison, among comparisons: PublishedComparisons,
    outcomes: [String: String]
  ) throws(Missing) {
    let candidates = comparisons.all.filter { comparison.evidence.continues($0.evidence) }
    guard let counted = verdict["maturity"]?["counted_sessions"]?.array else {
      pooled = candidates
      self.counted = comparisons.all.filter { $0.isComparable(to: comparison) }
      isRecorded = false
      remarks = []
      return
    }
    let named = verdict["challenge"]?["earlier_sessions"]?.array ?? []
    pooled = try Self.resolve(named, comparisons, "pools", comparison) {
      comparison.evidence.continues($0.evidence)
    }
    self.counted = try Self.resolve(counted, comparisons, "counts", comparison) { $0.isComparable(to: comparison) }
    let undecided = Verdict.Outcome.inconclusive.rawValue
    if let session = self.counted.first(where: { outcomes[$0.uuid, default: undecided] == undecided }) {
      throw Missing(description: "the verdict counts session \(session.uuid), which decided nothing")
    }
    isRecorded = true
    let left = candidates.count - pooled.count
    remarks =
      left > 0
      ? ["it leaves out \(left) earlier comparisons of the same weights and conditions, which its database lacked"] : []
  }

  private static func resolve(
    _ names: [JSONValue], _ comparisons: PublishedComparisons, _ verb: String,
    _ comparison: PublishedComparison, where fits: (PublishedComparison) -> Bool
  ) throws(Missing) -> [PublishedComparison] {
    var found: [PublishedComparison] = []
    var seen: Set<String> = []
    for name in names {
      let uuid = name.string ?? ""
      guard let other = comparisons[uuid] else {
        throw Missing(description: "the dataset has no samples of session \(uuid), which the verdict \(verb)")
      }
      guard fits(other), seen.insert(uuid).inserted else {
        throw Missing(
          description: "the verdict \(verb) session \(uuid), which is of other weights or conditions, or not earlier")
      }
      found.append(other)
    }
    return found.sorted { ($0.evidence.session.startedAt, $0.uuid) < ($1.evidence.session.startedAt, $1.uuid) }
  }
}
