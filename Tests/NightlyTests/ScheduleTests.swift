import Envelopes
import Measurements
import Testing

@testable import Nightly

@Suite("What a night does, and what candidates lack")
struct ScheduleTests {
  private let folder: NightFolder
  private let plan: NightPlan
  private let day = 86_400.0

  init() throws {
    folder = try NightFolder()
    plan = try folder.plan(["a", "b", "c"])
  }

  private func past(
    _ candidate: ModelID, at start: Double, state: MeasurementSession.State = .complete, outcome: String? = "hold",
    weights: String = "w", minutes: Double? = 2
  ) -> PastSession {
    PastSession(
      uuid: "u", role: "default", resident: "old", candidate: candidate, envelope: plan.envelopes[0].hash,
      environment: .isolated, startedAt: start, state: state, weights: ["r", weights], outcome: outcome,
      minutes: minutes)
  }

  private func progress(
    _ past: [PastSession], folders: [ModelID: CandidateFolder] = [:]
  ) -> [CandidateProgress] { plan.progress(residents: ["default": "old"], folders: folders, past: past) }

  private func schedule(_ past: [PastSession], now: Double, minutes: Double = 60) -> NightSchedule {
    var plan = plan
    plan.budget.minutes = minutes
    return NightSchedule(plan, survey(past), now: now)
  }

  private func survey(_ past: [PastSession], _ found: [CandidateProgress]? = nil) -> NightSurvey {
    NightSurvey(residents: ["default": "old"], progress: found ?? progress(past), past: past)
  }

  @Test("A new candidate is screened and then compared")
  func new() {
    let tasks = schedule([], now: 0).tasks
    #expect(tasks.prefix(2).map(\.kind) == [.screening, .comparison])
    #expect(tasks.map(\.candidate) == ["a", "a", "b", "b", "c", "c"])
    #expect(tasks.allSatisfy { $0.isGuess })
  }

  @Test("Comparisons that are due go before new candidates, those nearest to a final verdict first")
  func due() {
    let sessions = [past("c", at: 0), past("b", at: 0, state: .interrupted, outcome: nil, minutes: nil)]
    let tasks = schedule(sessions, now: 6 * day).tasks
    #expect(tasks.prefix(2).map(\.candidate) == ["b", "c"])
    #expect(tasks[0].resumes && !tasks[1].resumes)
    #expect(tasks[1].minutes == 2 && !tasks[1].isGuess)
  }

  @Test("An inconclusive comparison counts for nothing, and may be made again at once")
  func inconclusive() throws {
    let sessions = [past("a", at: 0, outcome: "inconclusive")]
    let candidate = try #require(progress(sessions).first)
    #expect(candidate.state == .open && candidate.validated == 0 && candidate.dueAt == nil)
    #expect(schedule(sessions, now: day).tasks.first?.candidate == "a")
    #expect(progress(sessions + [past("a", at: day), past("a", at: 6 * day)]).first?.state == .final)
  }

  @Test("A comparison does not count before the envelope's days are over, and so is not made")
  func notDue() throws {
    let sessions = [past("a", at: 0)]
    #expect(!schedule(sessions, now: 4.9 * day).tasks.contains { $0.candidate == "a" })
    #expect(schedule(sessions, now: 5 * day).tasks.first?.candidate == "a")
    let candidate = try #require(progress(sessions).first)
    #expect(candidate.validated == 1 && candidate.needed == 2 && candidate.dueAt == 5 * day)
    #expect(candidate.lacks(at: day).hasPrefix("1 comparison of 2, the next counts from 1970-01-06"))
  }

  @Test("Comparisons that are too near to the one before do not mature a verdict")
  func tooNear() throws {
    let near = progress([past("a", at: 0), past("a", at: 2 * day)])
    #expect(near.first?.state == .open && near.first?.validated == 1)
    #expect(progress([past("a", at: 0), past("a", at: 5 * day)]).first?.state == .final)
  }

  @Test("Other weights under the same name begin anew")
  func otherWeights() {
    let sessions = [past("a", at: 0), past("a", at: 5 * day, weights: "v")]
    #expect(progress(sessions).first?.validated == 1)
  }

  @Test("What is rejected, parked, missing or resident is left alone")
  func closed() {
    let found = progress(
      [past("a", at: 0, outcome: "reject")],
      folders: ["b": CandidateFolder(failures: 3), "c": CandidateFolder(exists: false)])
    #expect(found.map(\.state) == [.rejected, .parked(failures: 3), .missing])
    #expect(found.allSatisfy { !$0.isOpen })
    let tasks = NightSchedule(plan, survey([], found), now: 0).tasks
    #expect(tasks.isEmpty)
  }

  @Test("What does not fit is left out with the reason, and something shorter takes its place")
  func budget() {
    let long = past("a", at: 0, minutes: 50)
    let found = schedule([long, past("b", at: 0)], now: 6 * day, minutes: 5)
    #expect(found.tasks.first?.candidate == "b")
    #expect(found.leftOut.first?.task.candidate == "a")
    #expect(found.leftOut.first?.reason.contains("needs 50.0 min") == true)
    #expect(found.minutes <= 5)
  }

  @Test("A screening's envelope is another contract, which nothing is judged by")
  func screening() throws {
    let screening = try #require(plan.envelopes[0].screening)
    #expect(screening.hash != plan.envelopes[0].hash && screening.plan.blocks == 1)
  }
}
