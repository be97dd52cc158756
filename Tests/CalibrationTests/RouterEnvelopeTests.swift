import Envelopes
import Foundation
import Measurements
import Testing

@testable import Calibration

/// What the guardrails of envelopes/router.json make of routers that are equally good, and of one that is worse.
@Suite("The shipped router's guardrails")
struct RouterEnvelopeTests {
  /// What docs/measurement.md says of other margins and numbers of requests.
  @Test(
    "Equals pass as often as the documentation says",
    arguments: [(670, 0.05, 0.78), (670, 0.06, 0.94), (670, 0.07, 0.99), (1000, 0.05, 0.95)])
  func documented(items: Int, margin: Double, share: Double) throws {
    let level = try envelope().promotion.guardrailLevel(challenge: 1)
    #expect(abs(try AnswerForecast.passShare(items, margin, level, simulations: 2000) - share) < 0.02)
    #expect(
      try AnswerForecast.passShare(items, margin, level, discordant: 0.12, loss: 0.08, simulations: 2000) <= 0.001)
  }

  private func envelope() throws -> Envelope {
    try Envelope(
      contentsOf: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "envelopes/router.json"))
  }

  /// The share of simulated comparisons that pass a guardrail on answers.
  private func passShare(_ metric: Metric, discordant: Double, loss: Double) throws -> Double {
    let envelope = try envelope()
    let task = try #require(envelope.accuracy.first)
    let none = task.items.count { $0.options == [RoutingTask.none] }
    let counts: [Metric: Int] = [
      .accuracy: task.items.count, .noneAccuracy: none, .topThreeAccuracy: task.items.count - none,
    ]
    let margin = try #require(envelope.promotion.guardrails.first { $0.metric == metric }?.margin)
    return try AnswerForecast.passShare(
      try #require(counts[metric]), margin, envelope.promotion.guardrailLevel(challenge: 1), discordant: discordant,
      loss: loss, simulations: 2000)
  }

  /// The product is that of the worst case, in which the three do not pass together.
  @Test("Equals that differ in a tenth of the requests pass all three in 95 of 100 comparisons")
  func equals() throws {
    let shares = try [Metric.accuracy, .noneAccuracy, .topThreeAccuracy].map {
      try passShare($0, discordant: 0.1, loss: 0)
    }
    #expect(shares.reduce(1, *) >= 0.95, "\(shares)")
  }

  @Test("A router that is eight points worse passes in no more than one of 1,000", arguments: [0.08, 0.1, 0.16])
  func worse(discordant: Double) throws {
    #expect(try passShare(.accuracy, discordant: discordant, loss: 0.08) <= 0.001)
  }
}
