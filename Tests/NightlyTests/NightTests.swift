import Foundation
import JSON
import Measurements
import ModelRegistry
import Testing

@testable import Nightly

/// Real worker processes that play scripts, a real database.
@Suite("A night", .serialized)
struct NightTests {
  private let folder: NightFolder

  init() throws { folder = try NightFolder() }

  @Test("A new candidate is screened, compared and reported; the next night waits for the envelope's days")
  func whole() async throws {
    try folder.model("new")
    let plan = try folder.plan(["new"])
    let summary = try await folder.night(plan)
    #expect(summary.results.map(\.state) == [.done, .done], "\(summary.text)")
    #expect(summary.exitCode == 0)
    #expect(summary.results.last?.verdict?.outcome != nil)
    #expect(summary.progress.first?.validated == 1)
    #expect(summary.markdown.contains("| new | default | tiny | 1 comparison of 2"))
    #expect(try await folder.night(plan).results.isEmpty)
  }

  @Test("A candidate whose worker dies each time is parked after three nights, until its files change")
  func parking() async throws {
    try folder.model("bad", outputs: [["crash": true]])
    let plan = try folder.plan(["bad"])
    for night in 1...3 {
      let summary = try await folder.night(plan)
      #expect(summary.results.first?.state == .failed, "night \(night): \(summary.text)")
      #expect(summary.exitCode == 1)
    }
    #expect(try folder.host.survey(plan).progress.first?.state == .parked(failures: 3))
    #expect(try await folder.night(plan).results.isEmpty)
    try folder.model("bad")
    #expect(try folder.host.survey(plan).progress.first?.state == .unscreened)
  }

  @Test("A worker that hangs is ended by the watchdog, and the rest of the night goes on")
  func hang() async throws {
    try folder.model("slow", outputs: [["hang": true]])
    try folder.model("new")
    let plan = try folder.plan(
      ["slow", "new"], [("watchdog", ["load_seconds": 20, "prefill_seconds": 0.1, "decode_seconds": 0.2])])
    let summary = try await folder.night(plan)
    #expect(summary.results.map(\.state) == [.failed, .skipped, .done, .done], "\(summary.text)")
    #expect(summary.results.first?.incidents.contains { $0.hasPrefix("worker_hung") } == true)
  }

  /// Cuts a comparison off within its rounds, and returns the plan that goes on with it.
  private func cutComparison() async throws -> NightPlan {
    try folder.model("new", outputs: Array(repeating: ["text": "x"], count: 3) + [["hang": true]])
    let plan = try folder.plan(
      ["new"], [("watchdog", ["load_seconds": 20, "prefill_seconds": 1, "decode_seconds": 1])])
    var short = plan
    short.budget.minutes = 0.02
    let schedule = NightSchedule(plan, try folder.host.survey(plan), now: 0)
    let comparison = NightSchedule(tasks: schedule.tasks.filter { $0.kind == .comparison }, leftOut: [])
    let summary = await Night(short, on: folder.host, promotes: false, requester: "test").run(comparison)
    #expect(summary.results.map(\.state) == [.cutOff], "\(summary.text)")
    #expect(try folder.host.survey(plan).progress.first?.state == .interrupted(.isolated))
    return plan
  }

  @Test("The end of the time cuts a comparison off, and the next night goes on with it")
  func cutOff() async throws {
    let plan = try await cutComparison()
    try folder.model("new")
    let next = try await folder.night(plan)
    #expect(next.results.first?.task.resumes == true && next.results.first?.state == .done, "\(next.text)")
  }

  @Test("What was cut off is measured anew, as another challenge, if its model is another by then")
  func replaced() async throws {
    let plan = try await cutComparison()
    try folder.model("new", weights: "retrained")
    let next = try await folder.night(plan)
    #expect(next.results.map(\.state) == [.done] && next.exitCode == 0, "\(next.text)")
    let sessions = try folder.store.sessions().sorted { $0.number < $1.number }
    #expect(sessions.map(\.state) == [.interrupted, .complete] && sessions.map(\.session.challenge) == [1, 2])
    // Nothing is left to go on with.
    #expect(try await folder.night(plan).results.isEmpty)
  }

  @Test("A night promotes nothing before its own sentinel, and a win that is not promoted is no failure")
  func sentinelBeforePromotion() async throws {
    let registry = folder.folder("registry.json")
    // Enough blocks for a win.
    var envelope = try #require(NightFolder.envelope.object)
    envelope["plan"] = ["blocks": 12, "warm_ups": 0, "order_seed": 1, "divergence_limit": 1, "void_limit": 0.9]
    try folder.folder.write(JSONValue.object(envelope).serialized(), to: "envelope.json")
    let plan = try folder.plan(["new"], [("sentinel", true)])
    try RegistryPolicyFile(beside: registry).allow(plan.envelopes[0].hash, for: RegistryPolicy.everyRole)
    let fast: JSONValue = ["text": "x", "token_ns": [1, 2, 3, 4]]
    try folder.model("new", outputs: [fast])
    let before = try String(contentsOf: registry, encoding: .utf8)
    let without = try await folder.night(plan, promotes: true) { $0.tasks.removeAll { $0.kind == .sentinel } }
    let result = try #require(without.results.last)
    #expect(result.verdict?.outcome == .promote && result.promotion == nil && result.state == .done, "\(without.text)")
    #expect(result.detail.contains("not promoted: no sentinel was measured tonight") && without.exitCode == 0)
    #expect(try String(contentsOf: registry, encoding: .utf8) == before)

    try folder.model("newer", outputs: [fast])
    let other = try folder.plan(["newer"], [("sentinel", true)])
    let with = try await folder.night(other, promotes: true)
    #expect(with.results.map(\.task.kind) == [.sentinel, .screening, .comparison], "\(with.text)")
    // The promotion was tried: a worker that plays a script hashes no files that could be found again.
    #expect(with.results.last?.detail.contains("not promoted: newer is not what was measured") == true, "\(with.text)")
    #expect(with.exitCode == 0)
  }

  @Test("If the memory budget does not suffice, the candidate is capacity_gated and not loaded")
  func gated() async throws {
    try folder.model("new")
    try folder.folder.write(
      """
      {"num_hidden_layers": 2, "num_attention_heads": 2, "hidden_size": 64}
      """, to: "models/new/config.json")
    try folder.folder.write("weights", to: "models/new/model.safetensors")
    let summary = try await folder.night(try folder.plan(["new"], [("budget", ["minutes": 5, "memory_bytes": 1000])]))
    #expect(summary.results.map(\.state) == [.capacityGated, .skipped], "\(summary.text)")
    let number = try #require(summary.results.first?.session)
    let samples = try folder.store.samples(of: number, side: nil)
    #expect(samples.map(\.status) == [.capacityGated])
  }

  @Test("A night without candidates measures the sentinel, whose copy changes sides from night to night")
  func sentinel() async throws {
    let plan = try folder.plan([], [("sentinel", true)])
    for side in [Side.candidate, .resident, .candidate] {
      let summary = try await folder.night(plan)
      #expect(summary.results.map(\.task.kind) == [.sentinel] && summary.exitCode == 0, "\(summary.text)")
      let reading = try #require(summary.results.first?.sentinel, "\(summary.text)")
      #expect(reading.copySide == side && reading.model == "old" && reading.coversZero && reading.pairs == 2)
      #expect(abs(reading.confidence - 0.5) < 1e-9 && reading.loadEffect == nil)
      #expect(summary.text.contains("sd of a block's log-ratio 0.00 %, from 2 blocks"), "\(summary.text)")
      #expect(summary.markdown.contains("| covers zero | sentinel of old against its copy"), "\(summary.markdown)")
      let json = try #require(summary.json["results"]?.array?.first?["sentinel"])
      #expect(json["covers_zero"]?.bool == true && json["log_ratio_sd"]?.number == 0)
      #expect(try folder.host.sentinels() == [reading])
    }
    #expect(try folder.store.sessions().isEmpty)
  }

  @Test("A night that is interrupted says so and skips the rest")
  func interrupted() async throws {
    try folder.model("new")
    let plan = try folder.plan(["new"])
    let work = Task { [folder] in
      withUnsafeCurrentTask { $0?.cancel() }
      return try await folder.night(plan)
    }
    let summary = try await work.value
    #expect(summary.exitCode == 130 && summary.results.allSatisfy { $0.state == .skipped })
  }
}
