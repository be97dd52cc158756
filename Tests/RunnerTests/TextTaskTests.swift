import Envelopes
import Foundation
import JSON
import Measurements
import Store
import TestSupport
import Testing
import Verdicts
import WorkerProtocol

@testable import Runner

@Suite("Text tasks", .serialized)
struct TextTaskTests {
  private let folder: TemporaryFolder
  private let store: MeasurementStore

  private static let text = """
    The council voted on Wednesday night to keep the swimming pool open for another two years. Eleven members were in \
    favour, six were against, and two were absent. The decision came after three hours of argument about a roof that \
    leaks, a boiler from 1981, and a budget that has shrunk by a fifth since the paper mill closed last spring.
    """

  init() throws {
    folder = try TemporaryFolder()
    store = try MeasurementStore(at: folder("test.sqlite"), mode: .readWrite)
  }

  private func envelope() throws -> Envelope {
    guard case .object(var object) = TestEnvelope.json(2, 1) else { throw CancellationError() }
    object["throughput"] = []
    object["accuracy"] = [
      ["id": "text", "kind": "perplexity", "items": [["id": "p1", "prompt": .string(Self.text)]]],
      [
        "id": "divergence", "kind": "divergence", "reference": "imported",
        "items": [["id": "p1", "prompt": .string(Self.text)]],
      ],
    ]
    object["promotion"] = [
      "confidence": 0.9, "objectives": [["metric": "kl_divergence_nats", "cell": "divergence", "min_effect": 0.01]],
      "guardrails": [["metric": "perplexity", "cell": "text", "margin": 0.02]],
      "maturity": ["comparisons": 1, "days_between": 0, "allow_provisional": true],
    ]
    return try Envelope(source: .object(object))
  }

  @Test("The reference has no divergence from itself, a lane has some, and the verdict follows from the samples")
  func comparison() async throws {
    let plan = MeasurementPlan(
      envelope: try envelope(),
      contenders: [
        .init(side: .resident, model: "uniform", folder: TestModels.uniform),
        .init(side: .candidate, model: "imported", folder: TestModels.imported),
      ], role: "default", environment: .isolated,
      command: WorkerCommand(executable: Program.executable, arguments: ["worker"]), threads: 1, version: "test",
      references: ["imported": TestModels.imported], referenceCache: folder.url)
    let evidence = try store.evidence(try await MeasurementRunner(plan, store: store).run())
    let own = try #require(divergences(evidence.candidateSamples))
    let other = try #require(divergences(evidence.residentSamples))
    #expect(own.allSatisfy { $0 == 0 } && own.count == other.count && own.count > 32)
    #expect(other.reduce(0, +) / Double(other.count) > 0.05)
    let verdict = try Judge(VerdictInputs(evidence)).verdict()
    #expect(verdict.outcome == .promote)
    guard case .text(let effect)? = verdict.objectives.first?.effect else {
      Issue.record("the objective has no effect of texts")
      return
    }
    #expect(effect.difference < -0.05 && effect.interval.upper < -0.01 && effect.tokens == own.count)
    #expect(effect.candidateMean == 0)
  }

  private func divergences(_ samples: [Sample]) -> [Double]? {
    for sample in samples { if case .text(.divergences(let values, _)) = sample.outcome { return values } }
    return nil
  }

  @Test("A divergence task whose reference is not in the session fails its samples and names the reference")
  func missingReference() async throws {
    let plan = MeasurementPlan(
      envelope: try envelope(),
      contenders: [.init(side: .candidate, model: "imported", folder: TestModels.imported)], role: nil,
      environment: .isolated, command: WorkerCommand(executable: Program.executable, arguments: ["worker"]),
      threads: 1, version: "test")
    let number = try await MeasurementRunner(plan, store: store).run()
    let failed = try store.samples(of: number, side: nil).filter { $0.status == .failed }
    guard case .unscored(_, let message)? = failed.first?.outcome else {
      Issue.record("nothing failed")
      return
    }
    #expect(failed.count == 1 && message.contains("imported"))
  }
}
