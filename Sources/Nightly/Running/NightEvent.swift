import Promotion
import Runner
import Store
import Verdicts

/// What a night tells while it goes on.
public enum NightEvent: Sendable {
  case began(NightTask, number: Int, of: Int)
  case measuring(RunnerEvent)
  case ended(NightResult)
}

/// What became of one task.
public struct NightResult: Sendable {
  public enum State: String, Sendable {
    case done
    /// The night's time was over; the next night goes on with it.
    case cutOff = "cut_off"
    case failed
    case capacityGated = "capacity_gated"
    /// Something else made it pointless, such as a screening that failed.
    case skipped
  }

  public var task: NightTask
  public var state: State
  public var session: SessionNumber?
  public var verdict: Verdict?
  /// What came of asking for a promotion, where the night may promote.
  public var promotion: PromotionDecision?
  /// Why it is not done, or what was found.
  public var detail: String
  public var minutes: Double
  /// Workers that died or hung, clock jumps, standstills, in the order in which they were recorded.
  public var incidents: [String]
}
