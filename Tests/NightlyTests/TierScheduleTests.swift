import Foundation
import JSON
import Measurements
import Testing

@testable import Fit
@testable import Nightly

@Suite("A night's queue by tiers")
struct TierScheduleTests {
  private let folder: NightFolder

  init() throws {
    folder = try NightFolder()
    try model("small", hidden: 256)
    // About 1.2 GB per token: 8 tokens per second of 10 GB/s, and less at the slow end.
    try model("slow", hidden: 4096)
    // 16 GB.
    try model("large", hidden: 4096, layers: 40)
  }

  /// A model by its configuration; its worker plays a script.
  private func model(_ name: String, hidden: Int, layers: Int = 2) throws {
    try folder.model(name)
    let config: JSONValue = [
      "model_type": "llama", "hidden_size": .integer(hidden), "num_hidden_layers": .integer(layers),
      "rms_norm_eps": 1e-5, "num_attention_heads": .integer(hidden / 64), "num_key_value_heads": 4,
      "intermediate_size": .integer(4 * hidden), "vocab_size": 1000, "max_position_embeddings": 8192,
      "torch_dtype": "bfloat16", "tie_word_embeddings": true,
    ]
    try folder.folder.write(config.serialized(), to: "models/\(name)/config.json")
  }

  private func host(_ speed: HostSpeed?) -> NightHost {
    var host = folder.host
    host.predictionBasis = { _ in PredictionBasis(host: speed) }
    return host
  }

  private static let speed = HostSpeed(
    name: "a machine", memory: 8 << 30, readBandwidth: 10e9, operationRate: 1e12, source: "a test")

  private func schedule(_ speed: HostSpeed?, policy: JSONValue? = nil) throws -> NightSchedule {
    if let policy { try folder.folder.write(policy.serialized(), to: "resident.json") }
    let plan = try folder.plan(
      ["large", "slow", "small"], [("budget", ["minutes": 1440, "memory_bytes": 8_000_000_000])])
    return NightSchedule(plan, try host(speed).survey(plan), now: 0)
  }

  @Test("A candidate that does not fit is left out with the inequality, and interactive ones go first")
  func gate() throws {
    let schedule = try schedule(Self.speed)
    #expect(schedule.tasks.map(\.candidate) == ["small", "small", "slow", "slow"])
    #expect(schedule.tasks.last?.reason == "the first comparison of a new candidate, overnight by fit")
    let left = try #require(schedule.leftOut.first { $0.task.candidate == "large" })
    #expect(left.reason.hasPrefix("aspirational: memory 1"), "\(left.reason)")
    #expect(left.reason.contains("> 8.0 GB; "), "\(left.reason)")
  }

  @Test("Without the machine's speed only memory gates, and the plan's order stays")
  func withoutSpeed() throws {
    let schedule = try schedule(nil)
    #expect(schedule.tasks.map(\.candidate) == ["slow", "slow", "small", "small"])
    #expect(schedule.leftOut.map(\.task.candidate) == ["large"])
  }

  @Test("In a role in which nobody waits, all that fits is alike")
  func overnightRole() throws {
    let schedule = try schedule(Self.speed, policy: ["roles": ["default": ["tier": "overnight"]]])
    #expect(schedule.tasks.map(\.candidate) == ["slow", "slow", "small", "small"])
    #expect(schedule.leftOut.map(\.task.candidate) == ["large"])
  }

  @Test("What was compared already is not gated by a prediction")
  func compared() throws {
    let plan = try folder.plan(["large"], [("budget", ["minutes": 1440, "memory_bytes": 8_000_000_000])])
    var survey = try host(Self.speed).survey(plan)
    survey.progress[0].state = .open
    #expect(NightSchedule(plan, survey, now: 0).tasks.map(\.candidate) == ["large"])
  }
}
