import Measurements
import Testing
import Verdicts

@Suite("A verdict is a pure function")
struct PurityTests {
  @Test("The same evidence yields the same bytes, in whatever order its samples come")
  func sameBytes() throws {
    let evidence = try Fixture.evidence()
    var reversed = evidence
    reversed.residentSamples.reverse()
    reversed.candidateSamples.reverse()
    let texts = try [evidence, evidence, reversed].map { try Judge($0).verdict().json.serialized() }
    #expect(Set(texts).count == 1)
    #expect(try Judge(evidence).verdict() == Judge(reversed).verdict())
  }

  @Test("Swapping the models mirrors every effect")
  func mirror() throws {
    let evidence = try Fixture.evidence {
      $0.guardrails.append(["metric": "inter_token_p95_ms", "cell": "chat", "margin": 0.1])
      $0.candidateWrong = [30, 31]
    }
    let (here, there) = (try Judge(evidence).verdict(), try Judge(evidence.swapped).verdict())
    let effects = zip(here.objectives.map(\.effect), there.objectives.map(\.effect))
    let bounds = zip(here.guardrails.map(\.effect), there.guardrails.map(\.effect))
    for pair in Array(effects) + Array(bounds) {
      switch pair {
      case (.ratio(let one)?, .ratio(let other)?):
        #expect(abs(one.ratio * other.ratio - 1) < 1e-12)
        #expect(abs(one.interval.lower * other.interval.upper - 1) < 1e-12)
        #expect(abs(one.fixedSampleInterval.upper * other.fixedSampleInterval.lower - 1) < 1e-12)
      case (.accuracy(let one)?, .accuracy(let other)?):
        #expect(one.difference == -other.difference)
        #expect(abs(one.interval.lower + other.interval.upper) < 1e-12)
        #expect(one.mcnemarPValue == other.mcnemarPValue)
        expectMirrored(one.flips, other.flips)
      case (.flips(let one)?, .flips(let other)?): expectMirrored(one, other)
      case (.peakMemory(let one)?, .peakMemory(let other)?): #expect(abs(one.ratio * other.ratio - 1) < 1e-12)
      default: Issue.record("effects of two kinds")
      }
    }
  }

  private func expectMirrored(_ one: FlipShare, _ other: FlipShare) {
    #expect(one.flipped == other.flipped && one.items == other.items && one.interval == other.interval)
    #expect(one.rightToWrong == other.wrongToRight && one.wrongToRight == other.rightToWrong)
    #expect(one.wrongToOtherWrong == other.wrongToOtherWrong)
  }

  @Test("Scaling every time leaves ratios, intervals and voids as they are", arguments: [2.0, 8])
  func scale(factor: Double) throws {
    let change: (inout Evidence) -> Void = { evidence in
      for side in Side.allCases { evidence.change(side) { $0.slow(by: factor) } }
    }
    let (here, there) = (try Fixture.verdict(), try Fixture.verdict({ _ in }, change))
    let (one, other) = (try #require(here.ratio), try #require(there.ratio))
    #expect(abs(one.ratio / other.ratio - 1) < 1e-9)
    #expect(abs(one.interval.lower / other.interval.lower - 1) < 1e-9)
    #expect(here.blocks == there.blocks)
    #expect(here.outcome == there.outcome)
  }

  @Test("The means of a cell have the effect as their ratio")
  func means() throws {
    let verdict = try Fixture.verdict()
    let rates = verdict.facts.compactMap { facts in
      facts.figures.first { $0.metric == .decodeTokensPerSecond }?.value
    }
    #expect(rates.count == 2)
    let ratio = try #require(verdict.ratio?.ratio)
    #expect(abs(rates[1] / rates[0] - ratio) < 1e-12)
  }

  @Test("Two samples of one place are an error")
  func repeated() throws {
    let evidence = try Fixture.evidence({ _ in }) { $0.candidateSamples.append($0.candidateSamples[5]) }
    let place = evidence.candidateSamples[5].place
    #expect(throws: VerdictError.repeatedSample(.candidate, place)) { try Judge(evidence) }
    let twice = try Fixture.evidence({ _ in }) {
      guard var answer = $0.residentSamples.last else { return }
      answer.place.block = 1
      $0.residentSamples.append(answer)
    }
    #expect(throws: VerdictError.self) { try Judge(twice) }
  }

  @Test(
    "Counts and times that would overflow are an error, not a crash",
    arguments: [
      ThroughputReading(promptTokens: .max, cachedTokens: 0, tokenNanoseconds: [1, 2]),
      ThroughputReading(promptTokens: 16, cachedTokens: .min, tokenNanoseconds: [1, 2]),
      ThroughputReading(promptTokens: 16, cachedTokens: 0, tokenNanoseconds: [.min, .max]),
      ThroughputReading(promptTokens: 16, cachedTokens: 0, tokenNanoseconds: [5, 4]),
    ])
  func impossible(reading: ThroughputReading) throws {
    let evidence = try Fixture.evidence({ _ in }) { $0.candidateSamples[0].outcome = .throughput(reading) }
    let place = evidence.candidateSamples[0].place
    #expect(throws: VerdictError.impossibleReading(.candidate, place)) { try Judge(evidence) }
  }
}
