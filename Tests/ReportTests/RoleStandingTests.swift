import JSON
import Measurements
import Store
import Testing

@testable import Report

@Suite("Which model to keep, role by role")
struct RoleStandingTests {
  private static func standing(_ records: [VerdictRecord]) -> RoleStanding? {
    Overview(verdicts: records, sessions: [], edits: [], registry: ["default": "org/old"]).roles.first?.standing
  }

  @Test("A holder that nobody challenged is kept, and the next command is complete")
  func unchallenged() {
    let standing = Self.standing([])
    #expect(standing?.answer == "Keep org/old." && standing?.challenges == "Nobody challenged it yet.")
    #expect(standing?.nearest == nil)
    #expect(standing?.next.contains("`resident compare CANDIDATE --role default`") == true)
  }

  @Test("The nearest challenger is named with what it is better in and what stands against it, and what is due next")
  func nearest() {
    let standing = Self.standing([
      VerdictDocument.record(1, outcome: "reject", candidate: "org/worse"),
      VerdictDocument.record(2, candidate: "org/near"),
    ])
    #expect(standing?.answer == "Keep org/old." && standing?.challenges == "2 challengers, none won.")
    #expect(standing?.nearest == "Nearest: org/near, decode rate, short -4.0 % (no bound yet).")
    #expect(standing?.nearestComparison == SessionNumber(rawValue: 2))
    #expect(standing?.next == "Next due for org/near: 3 more validated comparisons of the same weights.")
  }

  @Test("A provisional win keeps the holder for now, a final one names the command that makes the change")
  func won() {
    let provisional = Self.standing([VerdictDocument.record(1, outcome: "promote")])
    #expect(provisional?.answer == "Keep org/old for now." && provisional?.challenges == "1 challenger, which won.")
    let final = Self.standing([VerdictDocument.record(7, outcome: "promote", stage: "final", validated: 4)])
    #expect(final?.answer == "Take org/new: it won over org/old.")
    #expect(final?.next.contains("`resident promote --comparison 7 --role default`") == true)
  }

  @Test("The last verdict on a challenger counts: one that won once and lost later did not win")
  func latest() {
    let standing = Self.standing([
      VerdictDocument.record(1, outcome: "promote"), VerdictDocument.record(2, outcome: "reject"),
    ])
    #expect(standing?.challenges == "1 challenger, which did not win.")
  }

  @Test("Two hosts have a trend each, so that no line joins them")
  func hosts() throws {
    var other = VerdictDocument.record(2)
    var document = try #require(other.verdict.object)
    var subject = try #require(document["subject"]?.object)
    var host = try #require(subject["host"]?.object)
    host["fingerprint"] = "beef"
    subject["host"] = .object(host)
    document["subject"] = .object(subject)
    other = VerdictRecord(
      session: other.session, recordedAt: other.recordedAt, outcome: "hold", verdict: .object(document))
    let trends = Overview(verdicts: [VerdictDocument.record(1), other], sessions: [], edits: []).envelopes[0].trends
    #expect(Set(trends.map(\.host)) == ["f00d", "beef"] && trends.allSatisfy { $0.points.count == 1 })
  }
}
