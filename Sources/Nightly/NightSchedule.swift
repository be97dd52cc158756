import Envelopes
import Foundation
import Measurements
import Promotion

/// One thing that a night is to do.
public struct NightTask: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    /// A comparison that counts.
    case comparison
    /// A short measurement of a new candidate, by the envelope's `screening`.
    case screening
    /// The resident against its copy.
    case sentinel
    /// The resident alone, through the streams of the plan's `endurance`.
    case endurance
  }

  public var kind: Kind
  public var role: Role
  public var resident: ModelID
  public var candidate: ModelID
  /// The index in the plan's envelopes; 0 for endurance, which has an envelope of its own.
  public var envelope: Int
  public var envelopeID: String
  public var environment: EnvironmentClass
  /// Whether it goes on with an interrupted session.
  public var resumes: Bool
  /// How long it is expected to take.
  public var minutes: Double
  /// Whether the minutes are a guess, because nothing like it was measured here before.
  public var isGuess: Bool
  /// Why tonight.
  public var reason: String
  /// How many rounds the effect that the envelope expects takes; nil where no sentinel of the envelope and class tells.
  public var forecast: RoundForecast?
}

/// What a night will do, and what it leaves for another.
public struct NightSchedule: Sendable, Equatable {
  public var tasks: [NightTask]
  /// What did not fit or is not due, with the reason.
  public var leftOut: [(task: NightTask, reason: String)]
  /// How long the tasks are expected to take.
  public var minutes: Double { tasks.reduce(0) { $0 + $1.minutes } }

  public static func == (left: NightSchedule, right: NightSchedule) -> Bool {
    left.tasks == right.tasks && left.leftOut.map(\.task) == right.leftOut.map(\.task)
      && left.leftOut.map(\.reason) == right.leftOut.map(\.reason)
  }
}

extension NightSchedule {
  /// Picks what adds most to the open verdicts within the plan's minutes.
  ///
  /// First comes the sentinel, since nothing is promoted before it. Then come comparisons that are due: those that were
  /// interrupted, then those nearest to a final verdict. Then comes the week's endurance of each role's resident, then new
  /// candidates, those that `fit` calls interactive before others, each screened before it is compared. Equals keep the
  /// plan's order, and a candidate that does not fit this machine is left out.
  ///
  /// - Parameters:
  ///   - sentinels: The newest of this host, one per environment class and envelope, newest first.
  ///   - now: Seconds since 1970.
  public init(_ plan: NightPlan, _ survey: NightSurvey, sentinels: [SentinelReading] = [], now: Double) {
    let progress = survey.progress
    let times = ExpectedMinutes(survey.past, sentinels, plan.envelopes)
    let due = progress.filter { Self.isDue($0, at: now) }.enumerated()
      .sorted { (Self.rank($0.element), $0.offset) < (Self.rank($1.element), $1.offset) }.map(\.element)
    var wanted = due.map { Self.comparison($0, plan, times) }
    let weekly = Self.endurance(plan, survey, now: now)
    wanted += weekly.filter { $0.wait == nil }.map(\.task)
    var screened: Set<ModelID> = []
    let new = progress.filter(\.isNew)
    for candidate in Self.byTier(new.filter { !$0.isTooLarge }) {
      let isNew = candidate.state == .unscreened && !screened.contains(candidate.candidate)
      if isNew, let screening = Self.screening(candidate, plan, times) {
        screened.insert(candidate.candidate)
        wanted.append(screening)
      }
      wanted.append(Self.comparison(candidate, plan, times))
    }
    if plan.hasSentinel, let sentinel = Self.sentinel(survey.residents, plan, times, after: sentinels.blocking) {
      wanted.insert(sentinel, at: wanted.startIndex)
    }
    self.init(tasks: [], leftOut: [])
    for task in wanted {
      let left = plan.budget.minutes - minutes
      if task.minutes <= left {
        tasks.append(task)
      } else {
        leftOut.append((task, String(format: "needs %.1f min, %.1f are left", task.minutes, max(0, left))))
      }
    }
    for (task, wait) in weekly {
      if let wait { leftOut.append((task, wait)) }
    }
    for candidate in new where candidate.isTooLarge {
      leftOut.append((Self.comparison(candidate, plan, times), candidate.tier?.text ?? ""))
    }
    for candidate in progress where candidate.state == .open && !Self.isDue(candidate, at: now) {
      leftOut.append((Self.comparison(candidate, plan, times), "lacks \(candidate.lacks(at: now))"))
    }
    for candidate in progress where candidate.isSettled {
      leftOut.append((Self.comparison(candidate, plan, times), "needs \(candidate.lacks(at: now))"))
    }
  }

  /// Those that would be interactive in their role first; equals keep their order.
  private static func byTier(_ candidates: [CandidateProgress]) -> [CandidateProgress] {
    func rank(_ progress: CandidateProgress) -> Int { if case .overnight = progress.tier { 1 } else { 0 } }
    return candidates.enumerated().sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
      .map(\.element)
  }

  private static func isDue(_ progress: CandidateProgress, at now: Double) -> Bool {
    switch progress.state {
    case .interrupted: true
    case .open: (progress.dueAt ?? 0) <= now
    default: false
    }
  }

  /// Less is sooner: what was begun, then what is nearest to a final verdict, wins before others.
  private static func rank(_ progress: CandidateProgress) -> Int {
    if case .interrupted = progress.state { return 0 }
    let remaining = max(progress.needed - progress.validated, progress.missingEnvironments.count, 1)
    return 2 * remaining + (progress.outcome == "promote" ? 0 : 1)
  }

  private static func comparison(
    _ progress: CandidateProgress, _ plan: NightPlan, _ times: ExpectedMinutes
  ) -> NightTask {
    var environment = progress.missingEnvironments.first { plan.environments.contains($0) } ?? plan.environments[0]
    if case .interrupted(let former) = progress.state { environment = former }
    let envelope = plan.envelopes[progress.envelope]
    let (minutes, isGuess) = times.comparison(progress.candidate, envelope, environment)
    var resumes = false
    let reason: String
    switch progress.state {
    case .interrupted: (resumes, reason) = (true, "it was interrupted")
    case .unscreened, .screened:
      reason = "the first comparison of a new candidate" + (progress.tier.map { ", \($0.name) by fit" } ?? "")
    default:
      reason =
        "due: \(progress.validated) of \(progress.needed) comparisons are there"
        + (progress.outcome.map { ", the last said \($0)" } ?? "")
    }
    return NightTask(
      kind: .comparison, role: progress.role, resident: progress.resident, candidate: progress.candidate,
      envelope: progress.envelope, envelopeID: progress.envelopeID, environment: environment, resumes: resumes,
      minutes: minutes, isGuess: isGuess, reason: reason, forecast: times.forecast(envelope, environment))
  }

  /// Nil if the envelope has no screening.
  private static func screening(
    _ progress: CandidateProgress, _ plan: NightPlan, _ times: ExpectedMinutes
  ) -> NightTask? {
    let envelope = plan.envelopes[progress.envelope]
    guard let screening = envelope.screening else { return nil }
    let (minutes, isGuess) = times.screening(progress.candidate, screening, of: envelope, plan.environments[0])
    return NightTask(
      kind: .screening, role: progress.role, resident: progress.resident, candidate: progress.candidate,
      envelope: progress.envelope, envelopeID: screening.id, environment: plan.environments[0], resumes: false,
      minutes: minutes, isGuess: isGuess, reason: "a new candidate is looked at first")
  }

  /// Of the first role's resident, in the class of the sentinel that is off zero if the plan has it.
  private static func sentinel(
    _ residents: [Role: ModelID], _ plan: NightPlan, _ times: ExpectedMinutes, after blocking: SentinelReading?
  ) -> NightTask? {
    guard let role = plan.roles.first(where: { residents[$0] != nil }), let resident = residents[role] else {
      return nil
    }
    let environment =
      blocking.map(\.environment).flatMap { plan.environments.contains($0) ? $0 : nil } ?? plan.environments[0]
    let (minutes, isGuess) = times.comparison(resident, plan.envelopes[0], environment)
    let reason =
      blocking == nil
      ? "what the host's own noise is" : "the last one is off zero, and nothing is promoted until one covers zero"
    return NightTask(
      kind: .sentinel, role: role, resident: resident, candidate: resident, envelope: 0,
      envelopeID: plan.envelopes[0].id, environment: environment, resumes: false, minutes: minutes, isGuess: isGuess,
      reason: reason)
  }
}

extension CandidateProgress {
  /// Whether this machine cannot serve it.
  fileprivate var isTooLarge: Bool { if case .aspirational = tier { true } else { false } }
}

/// How long a task will take, from how long such tasks took on this host before.
private struct ExpectedMinutes {
  private let past: [PastSession]
  /// By the hash of the envelope: a forecast is simulated, and asked for once per candidate.
  private let forecasts: [EnvironmentClass: [EnvelopeHash: RoundForecast]]
  /// Seconds that a request is guessed to take if nothing was measured yet.
  private static let guessedSeconds = 1.0

  init(_ past: [PastSession], _ sentinels: [SentinelReading], _ envelopes: [Envelope]) {
    self.past = past
    var forecasts: [EnvironmentClass: [EnvelopeHash: RoundForecast]] = [:]
    for environment in EnvironmentClass.allCases {
      for envelope in envelopes {
        forecasts[environment, default: [:]][envelope.hash] = RoundForecast(envelope, in: environment, by: sentinels)
      }
    }
    self.forecasts = forecasts
  }

  func forecast(_ envelope: Envelope, _ environment: EnvironmentClass) -> RoundForecast? {
    forecasts[environment]?[envelope.hash]
  }

  /// The longest of the candidate's earlier comparisons, else of any candidate's under that envelope, else a guess, of as
  /// many rounds as are foreseen.
  func comparison(
    _ candidate: ModelID, _ envelope: Envelope, _ environment: EnvironmentClass
  ) -> (minutes: Double, isGuess: Bool) {
    let comparisons = past.filter { $0.resident != nil && $0.envelope == envelope.hash && $0.minutes != nil }
    let own = comparisons.filter { $0.candidate == candidate }
    if let longest = (own.isEmpty ? comparisons : own).compactMap(\.minutes).max() { return (longest, false) }
    let requests = envelope.requests
    let share = forecast(envelope, environment)?.share ?? 1
    let count = Double(requests.throughput) * share + Double(requests.warmUps + requests.answers + requests.turns)
    return (count * Self.guessedSeconds / 60, true)
  }

  /// The longest earlier screening, else half the comparison's share of requests.
  func screening(
    _ candidate: ModelID, _ screening: Envelope, of envelope: Envelope, _ environment: EnvironmentClass
  ) -> (minutes: Double, isGuess: Bool) {
    let earlier = past.filter { $0.resident == nil && $0.envelope == screening.hash }
    if let longest = earlier.compactMap(\.minutes).max() { return (longest, false) }
    let (whole, _) = comparison(candidate, envelope, environment)
    let (all, few) = (envelope.requests, screening.requests)
    let share =
      Double(few.throughput + few.answers + few.warmUps)
      / Double(max(1, all.throughput + all.answers + all.warmUps + all.turns))
    return (max(0.05, whole * share / 2), true)
  }
}
