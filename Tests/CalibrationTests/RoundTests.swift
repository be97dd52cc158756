import Envelopes
import JSON
import Measurements
import Testing
import Verdicts

@testable import Calibration

@Suite("Calibration by rounds")
struct RoundTests {
  private static func simulator(
    seed: UInt64 = 1, _ change: (inout Envelope) -> Void = { _ in }
  ) throws -> Simulator {
    var envelope = try CalibratedEnvelope.byRounds()
    change(&envelope)
    return Simulator(envelope: envelope, levels: .assumed, seed: seed)
  }

  @Test("A simulated round has possible readings in equal slices")
  func readings() throws {
    let cell = try CalibratedEnvelope.byRounds().throughput[1]
    var random = RandomSource(seed: 1)
    var noise = SliceNoise(.stalls, .assumed, &random)
    noise.load(&random)
    let round = SlicedCell(cell, SliceLength()).measure(.init(), &noise, &random)
    for reading in [round.resident, round.candidate] {
      #expect(reading.problem == nil)
      #expect(reading.decodeTokens == cell.decodeTokens)
      #expect(reading.tokenNanoseconds.last == reading.slices.reduce(0) { $0 + $1.nanoseconds })
    }
    #expect(round.resident.slices.map(\.tokens) == round.candidate.slices.map(\.tokens))
    #expect(round.resident.slices.prefix { $0.phase == .prefill }.map(\.tokens) == [28, 28, 28, 28, 16])
    #expect(round.resident.slices.count == 5 + 16)
  }

  @Test("The outcome is a function of the seed alone")
  func seeded() async throws {
    var endings: [[Int]] = []
    for seed: UInt64 in [7, 7, 8] {
      endings.append(try await Self.simulator(seed: seed).run(24, gain: 0.02, .loads).endings)
    }
    #expect(endings[0] == endings[1] && endings[0] != endings[2])
  }

  @Test("A model is not promoted over itself", arguments: NoiseModel.allCases)
  func null(model: NoiseModel) async throws {
    #expect(try await Self.simulator().run(8, gain: 0, model).promoted == 0)
  }

  @Test("A gain of 10 % is found", arguments: NoiseModel.allCases)
  func found(model: NoiseModel) async throws {
    let tally = try await Self.simulator().run(4, gain: 0.1, model)
    #expect(tally.promoted >= 3)
    #expect(tally.medianBlocks >= 6)
  }

  @Test("A harmful candidate is hardly ever promoted", arguments: HarmfulCandidate.allCases)
  func harmful(harm: HarmfulCandidate) async throws {
    // Of a candidate whose requests stall rarely, fewer rounds see too little.
    let simulator = try Self.simulator { $0.plan.minimumBlocks = 16 }
    let candidate = try #require(SimulatedCandidate(harm, in: simulator.envelope))
    #expect(try await simulator.run(12, candidate, .white).promoted <= 1)
  }

  @Test("Without guardrails on all of the time, a candidate that stalls is promoted, which the report would say")
  func stallsUnseen() async throws {
    let simulator = try Self.simulator { $0.promotion.guardrails = [] }
    let candidate = try #require(SimulatedCandidate(.stalling, in: simulator.envelope))
    #expect(try await simulator.run(12, candidate, .white).promoted > 6)
  }

  @Test("A rule of absurd confidence exceeds the goal")
  func broken() async throws {
    let simulator = try Self.simulator {
      $0.promotion.confidence = 0.5
      $0.promotion.guardrails = []
      $0.promotion.objectives[0].minimumEffect = 0
    }
    #expect(try await simulator.run(60, gain: 0, .loads).rate > CalibrationGoals.falsePromotions)
  }

  @Test("A candidate that is uneven has the objective that it is planted with")
  func uneven() throws {
    let envelope = try CalibratedEnvelope.byRounds()
    let paces = try #require(SimulatedCandidate(.uneven, in: envelope)).paces
    #expect(abs(paces.reduce(0) { $0 - $1.logTime } / 2 - 0.0198) < 1e-4)
    #expect(paces[0].logTime > 0.49 && paces[1].logTime < 0)
    var single = envelope
    single.promotion.objectives[0].cells.removeLast()
    #expect(SimulatedCandidate(.uneven, in: single) == nil)
  }

  @Test("The report has a row for each noise model and harmful candidate, within 100 columns")
  func report() async throws {
    var envelope = try CalibratedEnvelope.byRounds()
    envelope.plan.blocks = 8
    envelope.promotion.guardrails = []
    let report = try await Calibrator(envelope, fitting: [], seed: 1).report(simulations: 2, detections: 1)
    #expect(report.rows.map(\.model) == NoiseModel.allCases)
    #expect(report.harms.count == 2 * HarmfulCandidate.allCases.count)
    #expect(report.rows.allSatisfy { $0.isQuick == nil && $0.blockDeviation == nil })
    let table = report.text.split(separator: "\n").filter { !$0.contains("the goal is") }
    #expect(table.allSatisfy { $0.count <= 100 })
    for model in NoiseModel.allCases { #expect(report.text.contains("\n\(model.rawValue) ")) }
    let names = report.json["harmful_candidates"]?.array?.compactMap { $0["name"]?.string }
    #expect(Set(names ?? []) == Set(HarmfulCandidate.allCases.map(\.rawValue)))
    #expect(report.json["plan"]?["unit"]?.string == "round")
  }
}
