import Envelopes
import JSON
import Testing

@testable import Calibration

@Suite("Calibration by blocks")
struct CalibrationTests {
  @Test("A plan of 48 blocks meets its goals under every assumed noise")
  func goals() async throws {
    let calibrator = Calibrator(try CalibratedEnvelope.byBlocks(), fitting: [], seed: 2)
    let report = try await calibrator.report(simulations: 2000, detections: 400)
    #expect(report.fittedSamples == 0)
    #expect(report.rows.map(\.model) == [.white, .drift, .thermal, .bursts, .heavyTails])
    for row in report.rows {
      #expect(row.falsePromotionRate <= CalibrationGoals.falsePromotions, "\(row.model)")
      #expect(row.detections.allSatisfy { $0.isMet }, "\(row.model)")
      #expect(row.isQuick == true, "\(row.model)")
    }
    #expect(report.isMet && report.harms.isEmpty)
    #expect(report.json["false_promotion_rate"]?.number == report.falsePromotionRate)
    #expect(report.text.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }

  @Test("At exactly the minimum effect, wins by luck stay below alpha though every round is looked at")
  func boundary() async throws {
    var envelope = try CalibratedEnvelope.byBlocks()
    envelope.promotion.guardrails = []
    let simulator = Simulator(envelope: envelope, levels: .assumed, seed: 3)
    for model in NoiseModel.simulated(by: .blocks) {
      let tally = try await simulator.run(1000, gain: 0.01, model)
      #expect(tally.rate <= 1 - envelope.promotion.confidence, "\(model): \(tally.rate)")
      #expect(tally.rate > 0, "a rule that never promotes proves nothing")
    }
  }

  @Test("The report is a function of the seed alone")
  func seeded() async throws {
    let envelope = try CalibratedEnvelope.byBlocks()
    var texts: [String] = []
    for seed: UInt64 in [7, 7, 8] {
      let report = try await Calibrator(envelope, fitting: [], seed: seed).report(simulations: 300, detections: 60)
      texts.append(report.json["noise_models"]?.serialized() ?? "")
    }
    #expect(texts[0] == texts[1] && texts[0] != texts[2])
  }

  @Test("The report on a plan that is too short for the noise says how many blocks would be enough")
  func tooShort() async throws {
    var envelope = try CalibratedEnvelope.byBlocks()
    envelope.plan.blocks = 8
    let report = try await Calibrator(envelope, fitting: [], seed: 1).report(simulations: 200, detections: 200)
    let missed = report.rows.flatMap(\.detections).filter { !$0.isMet }
    #expect(!missed.isEmpty && !report.isMet)
    #expect(missed.contains { ($0.blocksNeeded ?? 0) > 8 })
    #expect(report.text.contains("needed would be about"))
  }
}
