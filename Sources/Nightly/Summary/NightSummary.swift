import Foundation
import Promotion
import Verdicts

/// What a night did, found and left undone.
public struct NightSummary: Sendable {
  public var plan: NightPlan
  /// Seconds since 1970.
  public var startedAt: Double
  public var minutes: Double
  public var results: [NightResult]
  public var leftOut: [(task: NightTask, reason: String)]
  /// What each candidate lacks now.
  public var standings: [Standing]
  public var wasInterrupted: Bool
  /// New files of the dataset, where the night exports.
  public var exported: [String] = []
  /// What went wrong after the measuring: an export, or a command that was to hear of a verdict.
  public var problems: [String] = []

  init(
    plan: NightPlan, startedAt: Double, minutes: Double, results: [NightResult],
    leftOut: [(task: NightTask, reason: String)], standings: [Standing], wasInterrupted: Bool
  ) {
    self.plan = plan
    self.startedAt = startedAt
    self.minutes = minutes
    self.results = results
    self.leftOut = leftOut
    self.standings = standings
    self.wasInterrupted = wasInterrupted
  }

  /// The exit code of `resident nightly`: 0 where all went as planned, 1 where something failed or was cut off, 130
  /// where the user ended it.
  public var exitCode: Int32 {
    if wasInterrupted { return 130 }
    return problems.isEmpty && results.allSatisfy { $0.state == .done } ? 0 : 1
  }
}
