import JSON
import Measurements
import ModelRegistry
import Verdicts

/// What came of asking for a promotion.
public struct PromotionDecision: Sendable {
  public enum Action: String, Sendable {
    /// The registry points at the candidate now.
    case edited
    /// A dry run: the registry would be edited.
    case wouldEdit = "would_edit"
    /// The verdict is to promote, but provisional, and the envelope asks for a final one.
    case needsMaturity = "needs_maturity"
    /// The verdict is to promote, but the host's newest sentinel found a difference between a model and its own copy.
    case sentinelOffZero = "sentinel_off_zero"
    /// The verdict is to promote, but the edit is more than one value, so that the file's owner has to make it.
    case needsOwner = "needs_owner"
    /// The roles mean the candidate already.
    case alreadyPromoted = "already_promoted"
    case none
  }

  public let verdict: Verdict
  /// Where the comparison comes from.
  public let mark: SessionMark
  public let action: Action
  /// The edit as a patch, where the verdict is to promote.
  public let diff: UnifiedDiff?
  /// What could not be checked, and why the file's owner has to make the edit, in sentences.
  public let remarks: [String]
  /// The one that forbids the promotion.
  public let sentinel: SentinelReading?

  init(
    verdict: Verdict, mark: SessionMark = SessionMark(), action: Action, diff: UnifiedDiff?, remarks: [String] = [],
    sentinel: SentinelReading? = nil
  ) {
    self.verdict = verdict
    self.mark = mark
    self.action = action
    self.diff = diff
    self.remarks = remarks
    self.sentinel = sentinel
  }

  /// The exit code of `resident promote`.
  public var exitCode: ExitStatus {
    switch (verdict.outcome, action) {
    case (.promote, .needsMaturity), (.promote, .sentinelOffZero), (.promote, .needsOwner): .hold
    case (.promote, _): .promoted
    case (.hold, _): .hold
    case (.reject, _): .reject
    case (.inconclusive, _): .inconclusive
    }
  }

  /// The exit codes that scripts rely on.
  public enum ExitStatus: Int32, Sendable {
    case promoted = 0
    case hold = 10
    case reject = 11
    case inconclusive = 12
  }

  public var json: JSONValue {
    [
      "action": .string(action.rawValue), "exit_code": .integer(Int(exitCode.rawValue)), "verdict": verdict.json,
      "diff": diff.map { .string($0.description) } ?? .null, "remarks": .init(remarks),
      "sentinel": sentinel?.json ?? .null, "origin": mark.origin.json,
    ]
  }
}
