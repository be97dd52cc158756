import Envelopes
import Foundation
import JSON
import Measurements
import Testing
import Verdicts

@testable import Calibration

@Suite("Calibration")
struct CalibrationTests {
  private static let nightly = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "envelopes/nightly.json")

  @Test("The nightly plan meets its goals under every assumed noise")
  func goals() async throws {
    let calibrator = Calibrator(try Envelope(contentsOf: Self.nightly), fitting: [], seed: 2)
    let report = try await calibrator.report(simulations: 2000, detections: 400)
    #expect(report.fittedRepetitions == 0)
    #expect(report.rows.map(\.model) == NoiseModel.allCases)
    for row in report.rows {
      #expect(row.falsePromotionRate <= CalibrationGoals.falsePromotions, "\(row.model)")
      #expect(row.detections.allSatisfy { $0.isMet }, "\(row.model)")
      #expect(row.isQuick, "\(row.model)")
    }
    #expect(report.isMet)
    #expect(report.json["false_promotion_rate"]?.number == report.falsePromotionRate)
  }

  @Test("At exactly the minimum effect, wins by luck stay below alpha though every round is looked at")
  func boundary() async throws {
    var envelope = try Envelope(contentsOf: Self.nightly)
    envelope.promotion.guardrails = []
    let simulator = Simulator(envelope: envelope, levels: .assumed, seed: 3)
    for model in NoiseModel.allCases {
      let tally = try await simulator.run(1000, gain: 0.01, model)
      #expect(tally.rate <= 1 - envelope.promotion.confidence, "\(model): \(tally.rate)")
      #expect(tally.rate > 0, "a rule that never promotes proves nothing")
    }
  }

  @Test("The report is a function of the seed alone")
  func seeded() async throws {
    let envelope = try Envelope(contentsOf: Self.nightly)
    var texts: [String] = []
    for seed: UInt64 in [7, 7, 8] {
      let report = try await Calibrator(envelope, fitting: [], seed: seed).report(simulations: 300, detections: 60)
      texts.append(report.json["noise_models"]?.serialized() ?? "")
    }
    #expect(texts[0] == texts[1] && texts[0] != texts[2])
  }

  @Test("The report on a plan that is too short for the noise says how many blocks would be enough")
  func tooShort() async throws {
    var envelope = try Envelope(contentsOf: Self.nightly)
    envelope.plan.blocks = 8
    let report = try await Calibrator(envelope, fitting: [], seed: 1).report(simulations: 200, detections: 200)
    let missed = report.rows.flatMap(\.detections).filter { !$0.isMet }
    #expect(!missed.isEmpty && !report.isMet)
    #expect(missed.contains { ($0.blocksNeeded ?? 0) > 8 })
    #expect(report.text.contains("needed would be about"))
  }

  @Test("The scatter, drift and bursts of stored samples are found again", arguments: [0.01, 0.03])
  func fit(scatter: Double) throws {
    var levels = NoiseLevels.assumed
    levels.repetition = scatter
    let white = try #require(NoiseLevels(fitting: (0..<6).map { Self.evidence(.white, levels, seed: $0) }))
    #expect(abs(white.repetition / scatter - 1) < 0.15)
    #expect(white.drift < scatter)
    levels.drift = 0.08
    levels.driftCorrelation = 0.99
    let drift = try #require(NoiseLevels(fitting: (0..<6).map { Self.evidence(.drift, levels, seed: $0) }))
    #expect((0.02...0.16).contains(drift.drift))
    levels.burstSlowdown = 0.5
    let bursts = try #require(NoiseLevels(fitting: (0..<6).map { Self.evidence(.bursts, levels, seed: $0) }))
    #expect(abs(bursts.repetition / scatter - 1) < 0.3)
    #expect((0.002...0.05).contains(bursts.burstRate))
    #expect(bursts.burstSlowdown > 0.2)
  }

  @Test("Too few samples fit nothing")
  func tooFew() {
    #expect(NoiseLevels(fitting: []) == nil)
    #expect(NoiseLevels(fitting: [Self.evidence(.white, .assumed, seed: 1, blocks: 5)]) == nil)
  }

  private static func evidence(
    _ model: NoiseModel, _ levels: NoiseLevels, seed: UInt64, blocks: Int = 60
  ) -> Evidence {
    var random = RandomSource(seed: seed)
    var noise = HostNoise(model, levels, &random)
    var samples: [Side: [Sample]] = [:]
    for block in 0..<blocks {
      for (repetition, side) in [(0, Side.resident), (0, .candidate), (1, .candidate), (1, .resident)] {
        let seconds = exp(noise.next(&random))
        samples[side, default: []].append(
          Sample(
            place: .init(cell: "c", block: block, repetition: repetition), startedAt: 0, elapsedNanoseconds: 0,
            peakMemoryBytes: 0, loadAverage: 0,
            outcome: .throughput(
              .init(promptTokens: 1, cachedTokens: 0, tokenNanoseconds: [Int64(seconds * 1e9)]))))
      }
    }
    let run = Run(
      model: "m", side: nil, provenance: .unverified,
      engine: EngineBuild(name: "n", version: "1", instructionSet: "i", threads: 1),
      load: LoadReading(loadSeconds: 0, readinessSeconds: 0), description: JSONObject())
    let session = MeasurementSession(
      uuid: "u", startedAt: 0, envelopeID: "e", envelopeHash: "h", role: nil, resident: "m", candidate: "m",
      orderSeed: 0, environment: .isolated,
      host: Measurements.Host(
        fingerprint: "f", operatingSystem: "o", architecture: "a", chip: "c", physicalCores: 1, memoryBytes: 1),
      residentVersion: "1")
    return Evidence(
      session: session, state: .complete, envelope: .null, resident: run, candidate: run,
      residentSamples: samples[.resident] ?? [], candidateSamples: samples[.candidate] ?? [], voids: [])
  }
}
