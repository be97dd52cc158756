import Envelopes
import Foundation
import Measurements
import Testing

@testable import Nightly

@Suite("The week's stream of each role")
struct EnduranceScheduleTests {
  private let plan: NightPlan
  private let envelope: Envelope
  private let day = 86_400.0

  init() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "envelopes/endurance.json")
    envelope = try Envelope(contentsOf: file)
    var plan = try NightFolder().plan(["a"])
    plan.endurance = envelope
    plan.roles = ["default", "coding"]
    self.plan = plan
  }

  private func schedule(_ past: [PastSession], now: Double) -> NightSchedule {
    NightSchedule(
      plan, NightSurvey(residents: ["default": "old", "coding": "old"], progress: [], past: past), now: now)
  }

  private func stream(_ role: Role, of model: ModelID = "old", at start: Double) -> PastSession {
    PastSession(
      uuid: "u", role: role, resident: nil, candidate: model, envelope: envelope.hash, environment: .isolated,
      startedAt: start, state: .complete, minutes: 9)
  }

  @Test("Each role has one; it is due again after a week, and takes as long as the last one")
  func weekly() {
    let first = schedule([], now: 0).tasks.filter { $0.kind == .endurance }
    #expect(first.map(\.role) == ["default", "coding"])
    #expect(first.allSatisfy { $0.resident == "old" && $0.minutes == 5 && $0.isGuess })
    let past = [stream("default", at: 0)]
    let later = schedule(past, now: 6.5 * day)
    #expect(later.tasks.filter { $0.kind == .endurance }.map(\.role) == ["coding"])
    let waiting = later.leftOut.first { $0.task.kind == .endurance }
    #expect(waiting?.task.role == "default" && waiting?.reason == "was done 6.5 days ago, and is once a week")
    let again = schedule(past, now: 7.1 * day).tasks.first { $0.kind == .endurance }
    #expect(again?.role == "default" && again?.minutes == 9 && again?.isGuess == false)
  }

  @Test("Another resident's stream does not count for the role's new one, and without the plan's word there is none")
  func others() {
    let tasks = schedule([stream("default", of: "older", at: 0)], now: day).tasks.filter { $0.kind == .endurance }
    #expect(tasks.map(\.role) == ["default", "coding"])
    var plan = plan
    plan.endurance = nil
    let survey = NightSurvey(residents: ["default": "old"], progress: [], past: [])
    #expect(NightSchedule(plan, survey, now: 0).tasks.allSatisfy { $0.kind != .endurance })
  }
}
