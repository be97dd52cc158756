import Envelopes
import Measurements
import Testing

@testable import Verdicts

/// Requests whose slices decode from a cache that the other model's turn has emptied.
@Suite("The warm-up of slices")
struct SliceWarmUpTests {
  private static let promptMilliseconds: Int64 = 30

  /// Slices of 8 tokens, of which the first `cold` take `factor` times as long as the others.
  private static func request(
    slices: Int = 9, tokenMilliseconds: Double, cold: Int = 0, factor: Double = 1
  ) -> ThroughputReading {
    var reading = ThroughputReading(
      promptTokens: 32, cachedTokens: 0, tokenNanoseconds: [promptMilliseconds * 1_000_000],
      slices: [Slice(phase: .prefill, tokens: 32, nanoseconds: promptMilliseconds * 1_000_000)])
    for _ in 0..<slices {
      var end = reading.tokenNanoseconds.last ?? 0
      let start = end
      for token in 0..<8 {
        end += Int64(tokenMilliseconds * 1e6 * (token < cold ? factor : 1))
        reading.tokenNanoseconds.append(end)
      }
      reading.slices.append(Slice(phase: .decode, tokens: 8, nanoseconds: end - start))
    }
    return reading
  }

  private static func ratio(
    of metric: Metric = .decodeTokensPerSecond, _ resident: ThroughputReading, _ candidate: ThroughputReading,
    warmUpSeconds: Double
  ) throws -> Double {
    let slice = SliceLength(warmUpSeconds: warmUpSeconds)
    let requests = try #require(SlicedRequests(resident: resident, candidate: candidate, slice: slice))
    let pair = try #require(requests.pair(of: metric, by: .sliced))
    return pair.candidate / pair.resident
  }

  @Test("A small model that loses its cache at each turn is as fast as without turns", arguments: [9, 4])
  func smallModel(slices: Int) throws {
    // The candidate is half the resident's size and alone fits the cache.
    let resident = Self.request(slices: slices, tokenMilliseconds: 8)
    let candidate = Self.request(slices: slices, tokenMilliseconds: 4, cold: 3, factor: 1.5)
    #expect(try Self.ratio(resident, candidate, warmUpSeconds: 0) < 1.7)
    let warm = try Self.ratio(resident, candidate, warmUpSeconds: 0.02)
    #expect(abs(warm - 2) < 1e-9)
    let other = try Self.ratio(candidate, resident, warmUpSeconds: 0.02)
    #expect(abs(other - 0.5) < 1e-9)
  }

  @Test("Nothing is left out of models that take longer than the warm-up for a token")
  func largeModels() throws {
    let resident = Self.request(tokenMilliseconds: 40)
    let candidate = Self.request(tokenMilliseconds: 30, cold: 1, factor: 2)
    #expect(
      try Self.ratio(resident, candidate, warmUpSeconds: 0.02) == Self.ratio(resident, candidate, warmUpSeconds: 0))
  }

  @Test("Total time has the warm-up in it")
  func totalTime() throws {
    let resident = Self.request(tokenMilliseconds: 8)
    let candidate = Self.request(tokenMilliseconds: 8, cold: 3, factor: 1.5)
    let (plain, warm) = try (
      Self.ratio(of: .totalTime, resident, candidate, warmUpSeconds: 0),
      Self.ratio(of: .totalTime, resident, candidate, warmUpSeconds: 0.03)
    )
    #expect(plain == warm && plain > 1.1)
  }

  @Test("A slice no longer than the warm-up counts with its last token")
  func shortSlices() throws {
    let resident = Self.request(tokenMilliseconds: 4)
    let candidate = Self.request(tokenMilliseconds: 2, cold: 7, factor: 2)
    #expect(abs(try Self.ratio(resident, candidate, warmUpSeconds: 1) - 2) < 1e-9)
  }

  @Test("A slice whose tokens were reported at once is taken whole")
  func tokensAtOnce() throws {
    var candidate = Self.request(tokenMilliseconds: 4)
    candidate.tokenNanoseconds = [candidate.tokenNanoseconds[0]]
    for slice in candidate.slices.dropFirst() {
      let end = (candidate.tokenNanoseconds.last ?? 0) + slice.nanoseconds
      candidate.tokenNanoseconds += Array(repeating: end, count: slice.tokens)
    }
    let ratio = try Self.ratio(Self.request(tokenMilliseconds: 8), candidate, warmUpSeconds: 0.02)
    #expect(abs(ratio - 2) < 1e-9)
  }
}
