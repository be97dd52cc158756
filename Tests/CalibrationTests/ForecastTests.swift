import Envelopes
import Foundation
import JSON
import Measurements
import Testing

@testable import Calibration

@Suite("What an envelope can decide")
struct ForecastTests {
  private static func forecast(
    _ envelope: Envelope, _ comparisons: [Evidence] = [], simulations: Int = 60
  ) throws -> DecisionForecast {
    try #require(try DecisionForecast(envelope, fitting: comparisons, simulations: simulations))
  }

  @Test("Larger effects are found more often, equals never, and the smallest one that is found lies between")
  func effects() throws {
    let effects = try #require(try Self.forecast(try CalibratedEnvelope.byRounds()).effects)
    #expect(effects.noise.source == .assumed)
    #expect(effects.outlooks.map(\.effect) == CalibrationGoals.gains)
    let shares = effects.outlooks.map(\.wonShare)
    #expect(shares == shares.sorted())
    #expect(effects.equals.wonShare == 0)
    #expect(shares.last == 1)
    let smallest = try #require(effects.smallestEffect)
    #expect((0.01...0.1).contains(smallest))
    #expect((6...48).contains(effects.equals.medianRounds))
    #expect(effects.outlooks.last?.medianRounds ?? 48 < 24)
  }

  @Test("The forecast is a function of the seed alone")
  func seeded() throws {
    let envelope = try CalibratedEnvelope.byRounds()
    let all = try [7, 7, 8].map { try DecisionForecast(envelope, fitting: [], simulations: 20, seed: $0) }
    #expect(all[0] == all[1] && all[0] != all[2])
  }

  @Test("Rounds drawn as normal values are found as often as rounds simulated slice by slice")
  func slices() async throws {
    var envelope = try CalibratedEnvelope.byRounds()
    envelope.promotion.guardrails = []
    let outlooks = try #require(try Self.forecast(envelope, simulations: 200).effects).outlooks
    let simulator = Simulator(envelope: envelope, levels: .assumed, seed: 1)
    for gain in [0.02, 0.05] {
      let outlook = try #require(outlooks.first { $0.effect == gain })
      let tally = try await simulator.run(40, gain: gain, .loads)
      #expect(abs(tally.rate - outlook.wonShare) < 0.25, "\(gain): \(tally.rate), \(outlook.wonShare)")
    }
  }

  @Test("The scatter of a round is that of stored rounds, which slices and loads explain", arguments: [0.005, 0.03])
  func noise(load: Double) throws {
    var levels = NoiseLevels.assumed
    levels.load = load
    let envelope = try CalibratedEnvelope.byRounds()
    let evidence = StoredComparison(envelope: envelope, levels: levels, rounds: 120).evidence()
    let measured = try #require(try Self.forecast(envelope, [evidence, evidence]).effects).noise
    #expect(measured.source == .rounds(240, comparisons: 2))
    let expected = levels.roundDeviation(of: envelope.promotion.objectives[0], in: envelope)
    #expect(abs(measured.deviation / expected - 1) < 0.3, "\(measured.deviation), \(expected)")
  }

  @Test("Requests in slices under another envelope say how much a round scatters and how long it takes")
  func otherEnvelope() throws {
    let envelope = try CalibratedEnvelope.byRounds()
    var other = StoredComparison(envelope: envelope)
    other.envelope.hash = "other"
    let forecast = try Self.forecast(envelope, [other.evidence()])
    #expect(forecast.effects?.noise.source == .slices(requests: 160))
    let duration = try #require(forecast.duration)
    #expect(duration.source == .tokens && duration.otherSeconds == nil)
    // Per model a load, and two requests of 64 + 31 and of 128 + 63 tokens.
    let expected = 2 * (0.75 + 2 * (192 * 0.01 / 8 + 94 * 0.01))
    #expect(abs(duration.roundSeconds / expected - 1) < 0.1, "\(duration.roundSeconds), \(expected)")
    let words = forecast.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains("c against r under another envelope"))
  }

  @Test("Minutes are those of the newest comparison under the envelope, answers and all")
  func minutes() throws {
    let envelope = try CalibratedEnvelope.byRounds()
    let newest = StoredComparison(envelope: envelope, answerSeconds: 15).evidence()
    let older = StoredComparison(envelope: envelope, roundSeconds: 70).evidence()
    let forecast = try Self.forecast(envelope, [newest, older])
    let duration = try #require(forecast.duration)
    #expect(duration.source == .rounds)
    #expect(abs(duration.roundSeconds - 7) < 1e-9)
    #expect(abs((duration.otherSeconds ?? 0) - 30) < 1e-9)
    #expect(abs((forecast.minutes(rounds: 30) ?? 0) - 4) < 1e-9)
    #expect(forecast.text.contains("A round takes 7.0 s and answers and texts 30.0 s"))
    let rounds = try #require(forecast.json["effects"]?["equals"]?["median_rounds"]?.number)
    #expect(abs((forecast.json["effects"]?["equals"]?["median_minutes"]?.number ?? 0) - (30 + 7 * rounds) / 60) < 1e-9)
  }

  @Test("Without samples the text says what is assumed and what is not measured, within 100 columns")
  func unmeasured() throws {
    let forecast = try Self.forecast(try CalibratedEnvelope.byRounds())
    let text = forecast.text
    for words in [
      "won within 48 rounds", "10 %", "assumed", "Minutes are not measured on this host yet", "cumulative throughput",
    ] {
      #expect(text.contains(words), "\(words)")
    }
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
    #expect(forecast.duration == nil && forecast.json["duration"] == .null)
    #expect(forecast.json["effects"]?["noise_source"]?.string == "assumed")
    #expect(forecast.json["effects"]?["outlooks"]?.array?.first?["median_minutes"] == .null)
  }

  @Test("A plan that is too short for the noise finds nothing, which is said")
  func tooShort() throws {
    var envelope = try CalibratedEnvelope.byRounds()
    envelope.plan.blocks = 6
    envelope.promotion.confidence = 0.999_999_999
    let forecast = try Self.forecast(envelope)
    #expect(forecast.effects?.smallestEffect == nil)
    #expect(forecast.text.contains("none up to 50 %"))
    #expect(forecast.json["effects"]?["smallest_effect"] == .null)
  }

  @Test("Answers exclude smaller losses the more there are and the fewer differ")
  func answers() throws {
    var envelope = try CalibratedEnvelope.byRounds()
    envelope.accuracy = [("few", 60), ("many", 360)].map { name, count in
      AccuracyTask(
        id: CellID(rawValue: name), kind: .multipleChoice,
        items: (0..<count).map { .init(id: "i\($0)", prompt: "Once", options: ["a", "b"], answer: 0) })
    }
    envelope.accuracy.append(
      AccuracyTask(
        id: "text", kind: .perplexity, items: [.init(id: "t", prompt: "Once upon", options: [], answer: 0)]))
    envelope.promotion.guardrails.append(.init(metric: .accuracy, cell: "few", margin: 0.05))
    let forecast = try Self.forecast(envelope, simulations: 1)
    #expect(forecast.answers.map(\.task) == ["few", "many"])
    let (few, many) = (forecast.answers[0], forecast.answers[1])
    #expect(few.margin == 0.05 && few.isEnough == false && many.margin == nil && many.isEnough == nil)
    #expect((few.passShare ?? 1) < 0.05)
    #expect(many.lossOfSameAnswers < few.lossOfSameAnswers && few.lossOfSameAnswers < few.lossOfOtherAnswers)
    #expect((0.005...0.03).contains(many.lossOfSameAnswers))
    #expect((0.02...0.08).contains(many.lossOfOtherAnswers))
    #expect(forecast.text.contains("What its 420 answers can exclude") && forecast.text.contains("too few"))
    #expect(forecast.json["answers"]?.array?.count == 2)
  }

  @Test(
    "The shipped envelopes have enough answers for what they allow to be lost",
    arguments: ["nightly", "lane-ab", "smoke"])
  func shipped(name: String) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "envelopes/\(name).json")
    let answers = try Self.forecast(try Envelope(contentsOf: file), simulations: 1).answers
    #expect(!answers.isEmpty && answers.allSatisfy { $0.isEnough == true }, "\(answers)")
    if name == "nightly" { #expect(answers[0].lossOfOtherAnswers < 0.025 && answers[0].margin == 0.03) }
  }

  @Test("Nothing is forecast for an envelope of blocks, and no effects for an objective on answers")
  func others() throws {
    #expect(try DecisionForecast(try CalibratedEnvelope.byBlocks(), fitting: []) == nil)
    var envelope = try CalibratedEnvelope.byRounds()
    envelope.promotion.objectives = [.init(metric: .accuracy, cell: "choice", minimumEffect: 0.01)]
    let forecast = try Self.forecast(envelope)
    #expect(forecast.effects == nil)
    #expect(forecast.text.contains("only throughput is forecast"))
  }
}
