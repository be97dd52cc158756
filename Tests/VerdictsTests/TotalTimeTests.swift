import Envelopes
import JSON
import Measurements
import Testing

@testable import Verdicts

@Suite("Total time")
struct TotalTimeTests {
  /// A candidate that is a tenth faster in slices and takes twice the time in each whole request.
  private static func effect(_ requests: JSONValue?) throws -> RatioEffect {
    let verdict = try RoundFixture.verdict(
      {
        let margin: JSONValue = 0.01
        $0.guardrails = [
          requests.map { ["metric": "total_time_ms", "margin": margin, "requests": $0] }
            ?? ["metric": "total_time_ms", "margin": margin]
        ]
      },
      { evidence in
        for index in evidence.candidateSamples.indices where evidence.candidateSamples[index].place.repetition == 1 {
          guard case .throughput(var reading) = evidence.candidateSamples[index].outcome else { continue }
          reading.tokenNanoseconds = reading.tokenNanoseconds.map { 2 * $0 }
          evidence.candidateSamples[index].outcome = .throughput(reading)
        }
      })
    guard case .ratio(let effect)? = verdict.guardrails.first?.effect else { throw Missing() }
    return effect
  }

  private struct Missing: Error {}

  @Test("Total time is of the whole request and the one in slices, without a word")
  func all() throws {
    let (slices, whole) = (1 / 1.1, 2 / 1.1)
    #expect(abs(try Self.effect(nil).ratio - 2 / (slices + whole)) < 0.005)
    #expect(try Self.effect(nil) == Self.effect("all"))
  }

  @Test("Of requests in slices, total time leaves the whole ones out")
  func sliced() throws {
    #expect(abs(try Self.effect("sliced").ratio - 1.1) < 0.005)
  }
}
