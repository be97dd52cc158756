import Envelopes
import Foundation
import JSON
import Measurements
import Statistics
import Testing

@testable import Verdicts

@Suite("Means of ratios")
struct RatioMeanTests {
  /// A candidate that is a tenth faster, but takes three times the time in one of twelve rounds.
  private static func stalling(_ mean: String?, rounds: Int = 24) throws -> Evidence {
    try RoundFixture.evidence(
      {
        ($0.rounds, $0.plannedRounds) = (rounds, rounds)
        let margin: JSONValue = 0.01
        $0.guardrails = [
          mean.map { ["metric": "total_time_ms", "margin": margin, "mean": .string($0)] }
            ?? ["metric": "total_time_ms", "margin": margin]
        ]
      },
      { evidence in
        for index in evidence.candidateSamples.indices where evidence.candidateSamples[index].place.block % 12 == 5 {
          guard case .throughput(var reading) = evidence.candidateSamples[index].outcome else { continue }
          reading.tokenNanoseconds = reading.tokenNanoseconds.map { 3 * $0 }
          reading.slices = reading.slices.map {
            Slice(phase: $0.phase, tokens: $0.tokens, nanoseconds: 3 * $0.nanoseconds)
          }
          evidence.candidateSamples[index].outcome = .throughput(reading)
        }
      })
  }

  private static func effect(_ mean: String?) throws -> RatioEffect {
    let verdict = try Judge(VerdictInputs(stalling(mean))).verdict()
    guard case .ratio(let effect)? = verdict.guardrails.first?.effect else { throw Missing() }
    return effect
  }

  private struct Missing: Error {}

  @Test("A candidate that takes longer in all is better by the geometric mean and worse by the arithmetic one")
  func stalls() throws {
    let logarithm = (11 * log(1.1) - log(3 / 1.1)) / 12
    #expect(abs(try Self.effect(nil).ratio - exp(logarithm)) < 0.002)
    #expect(exp(logarithm) > 1)
    let time = (11 + 3) / (12 * 1.1)
    #expect(abs(try Self.effect("arithmetic").ratio - 1 / time) < 0.002)
    #expect(time > 1)
  }

  @Test("The geometric mean is what it is without a word")
  func geometric() throws {
    #expect(try Self.effect(nil) == Self.effect("geometric"))
  }

  @Test(
    "The evidence as points ends in the effect that decides, by either mean", arguments: ["geometric", "arithmetic"])
  func traces(mean: String) throws {
    let trace = try #require(try Judge(VerdictInputs(Self.stalling(mean))).traces().last)
    #expect(trace.points.last?.effect?.interval == (try Self.effect(mean)).interval)
    #expect(trace.points.last?.effect?.ratio == (try Self.effect(mean)).ratio)
  }

  @Test("A guardrail is shown while blocks come in exactly when its interval lies within the margin")
  func sequential() throws {
    for mean in ["geometric", "arithmetic"] {
      for rounds in 6...30 {
        let evidence = try RoundFixture.evidence {
          ($0.rounds, $0.loadOffset) = (rounds, 0.06)
          $0.guardrails = [
            ["metric": "total_time_ms", "margin": 0.01, "mean": .string(mean), "requests": "sliced"]
          ]
          $0.speeds = ["short": 1.05, "long": 1.02]
        }
        let judge = try Judge(VerdictInputs(evidence))
        let isShown = try judge.stoppingReason() == .win
        let verdict = try judge.verdict()
        #expect(isShown == (verdict.guardrails[0].state == .passed && verdict.objectives[0].state == .won))
      }
    }
  }

  @Test("An effect by the arithmetic mean says so in its document, and others have the members that they had")
  func document() throws {
    func members(_ mean: String?) throws -> [String] {
      let verdict = try Judge(VerdictInputs(Self.stalling(mean))).verdict()
      return verdict.json["guardrails"]?.array?.first?["effect"]?.object?.names ?? []
    }
    let usual = try members(nil)
    #expect(!usual.contains("mean"))
    #expect(try members("arithmetic") == usual + ["mean"])
  }

  @Test("Scores rise with the ratio and give it back")
  func scores() {
    for mean in RatioMean.allCases {
      let ratios = [0.01, 0.5, 0.99, 1, 1.1, 3]
      let scores = ratios.map { mean.score(ofLogRatio: log($0)) }
      #expect(scores == scores.sorted() && scores[3] == 0)
      for (ratio, score) in zip(ratios, scores) { #expect(abs(mean.ratio(ofScore: score) / ratio - 1) < 1e-12) }
      #expect(mean.ratio(ofScore: -.infinity) == 0)
      #expect(mean.ratio(ofScore: .infinity) == .infinity)
      #expect(mean.score(ofLogRatio: -1400).isFinite)
    }
  }
}
