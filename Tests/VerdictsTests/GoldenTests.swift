import Envelopes
import Foundation
import JSON
import Measurements
import Statistics
import Testing
import Verdicts

/// Golden/golden.json was made by Golden/make-golden.py with SciPy; the script's head carries the command.
@Suite("A worked example, against SciPy")
struct GoldenTests {
  private let golden: JSONValue

  init() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    golden = try JSONValue(parsing: Array(Data(contentsOf: folder.appendingPathComponent("Golden/golden.json"))))
  }

  @Test("Effects and intervals are SciPy's")
  func figures() throws {
    let verdict = try Judge(evidence()).verdict()
    let expected = try #require(golden["expected"])
    #expect(verdict.outcome == .promote)
    #expect(verdict.subject.envelopeHash.rawValue == expected["envelope_sha256"]?.string)
    #expect(verdict.blocks.map(\.used) == [try #require(expected["scored_blocks"]?.array?.count)])
    #expect(verdict.voids.map(\.block) == [3, 7])
    let ratios = try #require(expected["ratios"]?.object).members
    #expect(ratios.count == 3)
    for (name, wanted) in ratios.map({ ($0.name, $0.value) }) {
      let metric = try #require(Metric(rawValue: name))
      guard case .ratio(let effect)? = effect(of: metric, verdict) else {
        Issue.record("no effect of \(metric)")
        continue
      }
      expect([effect.ratio], [wanted["ratio"]])
      expect(ends(effect.fixedSampleInterval), wanted["interval"]?.array)
      expect(ends(effect.interval), wanted["anytime"]?.array)
      let means = verdict.facts.compactMap { facts in facts.figures.first { $0.metric == metric }?.value }
      expect(means, wanted["means"]?.array)
    }
    guard case .accuracy(let accuracy)? = effect(of: .accuracy, verdict) else {
      Issue.record("no effect of accuracy")
      return
    }
    expect([accuracy.difference, accuracy.mcnemarPValue], [expected["difference"], expected["mcnemar_p"]])
    expect(ends(accuracy.interval), expected["difference_interval"]?.array)
    expect([accuracy.residentAccuracy, accuracy.candidateAccuracy], expected["shares"]?.array)
    expect([Double(accuracy.flips.flipped)], [expected["flips"]])
    expect(ends(accuracy.flips.interval), expected["flips_interval"]?.array)
  }

  private func effect(of metric: Metric, _ verdict: Verdict) -> Effect? {
    verdict.objectives.first { $0.metric == metric }?.effect ?? verdict.guardrail(metric)?.effect
  }

  private func ends(_ interval: ConfidenceInterval) -> [Double] { [interval.lower, interval.upper] }

  private func expect(
    _ values: [Double], _ wanted: [JSONValue?]?, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let wanted = wanted?.compactMap { $0?.number } ?? []
    #expect(values.count == wanted.count, sourceLocation: sourceLocation)
    for (value, wanted) in zip(values, wanted) {
      #expect(abs(value - wanted) <= 1e-9 * abs(wanted), "\(value), not \(wanted)", sourceLocation: sourceLocation)
    }
  }

  private func evidence() throws -> Evidence {
    let source = try #require(golden["envelope"])
    var evidence = try Fixture.evidence()
    evidence.envelope = source
    evidence.session.envelopeHash = try Envelope(source: source).hash
    for side in Side.allCases { evidence.set(try samples(side), side) }
    return evidence
  }

  private func samples(_ side: Side) throws -> [Sample] {
    let blocks = try #require(golden["token_ns"]?[side.rawValue]?.array)
    let peak = try #require(golden["peak_memory_bytes"]?[side.rawValue]?.integer)
    func sample(_ place: Sample.Place, _ outcome: Sample.Outcome) -> Sample {
      Sample(
        place: place, startedAt: 0, elapsedNanoseconds: 0, peakMemoryBytes: Int64(peak), loadAverage: 0,
        outcome: outcome)
    }
    let readings = blocks.enumerated().flatMap { block, repetitions in
      (repetitions.array ?? []).enumerated().map { repetition, times in
        sample(
          Sample.Place(cell: "chat", block: block, repetition: repetition),
          .throughput(
            ThroughputReading(
              promptTokens: 48, cachedTokens: 0,
              tokenNanoseconds: (times.array ?? []).compactMap { $0.integer.map(Int64.init) })))
      }
    }
    let answers = try #require(golden["answers"]?[side.rawValue]?.array).compactMap(\.integer)
    return readings
      + answers.enumerated().map { item, answer in
        sample(
          Sample.Place(cell: "facts", block: 0, repetition: 0, item: "i\(item)"),
          .answer(
            AnswerReading(
              answer: String(answer), isCorrect: answer == item % 3, optionScores: [], completionTokens: 0)))
      }
  }
}
