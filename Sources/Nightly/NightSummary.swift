import Promotion
import Store
import Verdicts

/// What a night did, found and left undone.
public struct NightSummary: Sendable {
  public var plan: NightPlan
  /// Seconds since 1970.
  public var startedAt: Double
  public var minutes: Double
  public var results: [NightResult]
  public var leftOut: [(task: NightTask, reason: String)]
  /// How far each candidate has come now.
  public var progress: [CandidateProgress]
  public var wasInterrupted: Bool
  /// New files of the dataset, if the night exports.
  public var exported: [String] = []
  /// What went wrong after measuring, such as an export or the user's command for verdicts.
  public var problems: [String] = []

  init(
    plan: NightPlan, startedAt: Double, minutes: Double, results: [NightResult],
    leftOut: [(task: NightTask, reason: String)], progress: [CandidateProgress], wasInterrupted: Bool
  ) {
    self.plan = plan
    self.startedAt = startedAt
    self.minutes = minutes
    self.results = results
    self.leftOut = leftOut
    self.progress = progress
    self.wasInterrupted = wasInterrupted
  }

  /// The exit code of `resident nightly`: 0 if all went as planned, 1 if something failed or was cut off, 130 if the
  /// user ended it.
  public var exitCode: Int32 {
    if wasInterrupted { return 130 }
    return problems.isEmpty && results.allSatisfy { $0.state == .done } ? 0 : 1
  }
}

/// What became of one task.
public struct NightResult: Sendable {
  public enum State: String, Sendable {
    case done
    /// The night's time was over; the next night goes on with it.
    case cutOff = "cut_off"
    case failed
    case capacityGated = "capacity_gated"
    /// Something else made it pointless, such as a failed screening.
    case skipped
  }

  public var task: NightTask
  public var state: State
  /// Nil if nothing was measured, and for a sentinel, whose session is in another database.
  public var session: SessionNumber?
  /// Of a comparison that is done.
  public var verdict: Verdict?
  /// The decision about the promotion, if the night may promote and the verdict says so.
  public var promotion: PromotionDecision?
  /// What a sentinel that is done found; nil if it lacks what that needs.
  public var sentinel: SentinelReading?
  /// Why it is not done, or what was found.
  public var detail: String
  public var minutes: Double
  /// Workers that died or hung, clock jumps and standstills, in the order of recording.
  public var incidents: [String]
}
