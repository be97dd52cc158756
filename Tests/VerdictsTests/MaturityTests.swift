import Envelopes
import Measurements
import Testing

@testable import Verdicts

@Suite("Maturity")
struct MaturityTests {
  private static let day = 86_400.0

  @Test("A verdict is final from the envelope's count of comparisons on, and never if nothing is decided")
  func stage() throws {
    #expect(try Fixture.verdict(prior: 2).isProvisional)
    let final = try Fixture.verdict(prior: 3).maturity
    #expect((final.stage, final.validated, final.needed) == (.final, 4, 4))
    #expect(final.countedSessions == Fixture.decided(3).map(\.session))
    let undecided = try Fixture.verdict(prior: 9) { $0.items = 40 }.maturity
    #expect((undecided.stage, undecided.validated) == (.provisional, 9))
    #expect(try Fixture.verdict().maturity.validated == 1)
  }

  @Test("A verdict matures only once every environment class that the envelope asks for was measured")
  func environmentClasses() throws {
    let maturity = Maturity(
      comparisons: 2, daysBetween: 0, environmentClasses: ["isolated", "under-load"], allowsProvisional: true)
    let rule = PromotionRule(confidence: 0.95, objectives: [], guardrails: [], maturity: maturity)
    let decided = [
      DecidedComparison(session: "a", startedAt: 1, environment: .isolated, outcome: "hold"),
      DecidedComparison(session: "b", startedAt: 2, environment: .isolated, outcome: "hold"),
    ]
    #expect(VerdictMaturity.counted(decided, before: 3, maturity) == decided)
    var session = try Fixture.evidence().session
    session.startedAt = 3
    for (environment, stage) in [(EnvironmentClass.isolated, VerdictMaturity.Stage.provisional), (.underLoad, .final)] {
      session.environment = environment
      let maturity = VerdictMaturity(of: session, outcome: .hold, decided: decided, rule)
      #expect(maturity.stage == stage)
      #expect(maturity.countedSessions == ["a", "b"])
      #expect(maturity.missingEnvironments == (stage == .final ? [] : ["under-load"]))
    }
  }

  @Test("A comparison counts if it is far enough from the one counted before it, and the last from the one judged")
  func distance() {
    let rule = Maturity(comparisons: 3, daysBetween: 5, allowsProvisional: true)
    let decided = [0, 4.9, 5, 9, 10, 14].map {
      DecidedComparison(session: "\($0)", startedAt: $0 * Self.day, environment: .isolated, outcome: "hold")
    }
    func counted(before day: Double) -> [String] {
      VerdictMaturity.counted(decided, before: day * Self.day, rule).map(\.session)
    }
    #expect(counted(before: .infinity) == ["0.0", "5.0", "10.0"])
    #expect(counted(before: 15) == ["0.0", "5.0", "10.0"])
    #expect(counted(before: 14.9) == ["0.0", "5.0"])
    #expect(counted(before: 5) == ["0.0"])
    #expect(counted(before: 0).isEmpty)
  }

  @Test("By rounds three holds and a win are no win, and four wins are one")
  func agreement() throws {
    let wins = try RoundFixture.verdict(prior: ["promote", "promote", "promote"], comparisons: 4)
    #expect((wins.maturity.stage, wins.maturity.validated) == (.final, 4))
    let mixed = try RoundFixture.verdict(prior: ["hold", "hold", "hold"], comparisons: 4)
    #expect((mixed.outcome, mixed.maturity.stage, mixed.maturity.validated) == (.promote, .provisional, 1))
    let rejected = try RoundFixture.verdict(
      prior: ["promote", "promote", "promote", "reject", "promote"], comparisons: 4)
    #expect((rejected.maturity.stage, rejected.maturity.validated) == (.provisional, 2))
  }
}
