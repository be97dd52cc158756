import Envelopes
import Foundation
import Measurements

extension NightSchedule {
  /// Picks what adds most to the open verdicts within the plan's minutes: a pure function.
  ///
  /// First comparisons that are due, those that were interrupted and those nearest to a final verdict before others;
  /// then new candidates, each screened before it is compared; then the sentinel. Within a kind, in the plan's order.
  ///
  /// - Parameter now: Seconds since 1970.
  public init(_ plan: NightPlan, standings: [Standing], past: [PastSession], now: Double) {
    let times = ExpectedMinutes(plan, past)
    let due = standings.filter { Self.isDue($0, at: now) }.enumerated()
      .sorted { (Self.rank($0.element), $0.offset) < (Self.rank($1.element), $1.offset) }.map(\.element)
    var wanted = due.map { [Self.comparison($0, plan, times)] }
    var screened: Set<ModelID> = []
    for standing in standings where standing.state == .unscreened || standing.state == .screened {
      let comparison = Self.comparison(standing, plan, times)
      let isNew = standing.state == .unscreened && !screened.contains(standing.candidate)
      guard isNew, let screening = Self.screening(standing, plan, times) else {
        wanted.append([comparison])
        continue
      }
      screened.insert(standing.candidate)
      wanted += [[screening], [comparison]]
    }
    if plan.hasSentinel, let sentinel = Self.sentinel(standings, plan, times) { wanted.append([sentinel]) }
    self.init(tasks: [], leftOut: [])
    for task in wanted.joined() {
      let left = plan.budget.minutes - minutes
      if task.minutes <= left {
        tasks.append(task)
      } else {
        leftOut.append((task, String(format: "needs %.1f min, %.1f are left", task.minutes, max(0, left))))
      }
    }
    for standing in standings where standing.state == .open && !Self.isDue(standing, at: now) {
      leftOut.append((Self.comparison(standing, plan, times), "lacks \(standing.lacks(at: now))"))
    }
  }

  private static func isDue(_ standing: Standing, at now: Double) -> Bool {
    switch standing.state {
    case .interrupted: true
    case .open: (standing.dueAt ?? 0) <= now
    default: false
    }
  }

  /// Less is sooner: what was begun, then what is nearest to a final verdict, wins before others.
  private static func rank(_ standing: Standing) -> Int {
    if case .interrupted = standing.state { return 0 }
    let remaining = max(standing.needed - standing.validated, standing.missingEnvironments.count, 1)
    return 2 * remaining + (standing.outcome == "promote" ? 0 : 1)
  }

  private static func comparison(_ standing: Standing, _ plan: NightPlan, _ times: ExpectedMinutes) -> NightTask {
    let (minutes, isGuess) = times.comparison(standing.candidate, plan.envelopes[standing.envelope])
    var environment = standing.missingEnvironments.first { plan.environments.contains($0) } ?? plan.environments[0]
    var resumes = false
    let reason: String
    switch standing.state {
    case .interrupted(let former):
      (environment, resumes, reason) = (former, true, "it was interrupted")
    case .unscreened, .screened: reason = "the first comparison of a new candidate"
    default:
      reason =
        "due: \(standing.validated) of \(standing.needed) comparisons are there"
        + (standing.outcome.map { ", the last said \($0)" } ?? "")
    }
    return NightTask(
      kind: .comparison, role: standing.role, resident: standing.resident, candidate: standing.candidate,
      envelope: standing.envelope, envelopeID: standing.envelopeID, environment: environment, resumes: resumes,
      minutes: minutes, isGuess: isGuess, reason: reason)
  }

  private static func screening(_ standing: Standing, _ plan: NightPlan, _ times: ExpectedMinutes) -> NightTask? {
    let envelope = plan.envelopes[standing.envelope]
    guard let screening = envelope.screening else { return nil }
    let (minutes, isGuess) = times.screening(standing.candidate, screening, of: envelope)
    return NightTask(
      kind: .screening, role: standing.role, resident: standing.resident, candidate: standing.candidate,
      envelope: standing.envelope, envelopeID: screening.id, environment: plan.environments[0], resumes: false,
      minutes: minutes, isGuess: isGuess, reason: "a new candidate is looked at first")
  }

  private static func sentinel(_ standings: [Standing], _ plan: NightPlan, _ times: ExpectedMinutes) -> NightTask? {
    guard let standing = standings.first else { return nil }
    let (minutes, isGuess) = times.comparison(standing.resident, plan.envelopes[0])
    return NightTask(
      kind: .sentinel, role: standing.role, resident: standing.resident, candidate: standing.resident, envelope: 0,
      envelopeID: plan.envelopes[0].id, environment: plan.environments[0], resumes: false, minutes: minutes,
      isGuess: isGuess, reason: "what the host's own noise is")
  }
}
