import Checkpoint
import Foundation
import JSON
import TestSupport
import Testing

@testable import Fit

@Suite("Tiers")
struct TierTests {
  /// 20 billion parameters in half precision: about 40 GB are read per token.
  static let config: JSONValue = [
    "model_type": "llama", "hidden_size": 8192, "num_hidden_layers": 24, "rms_norm_eps": 1e-5,
    "num_attention_heads": 64,
    "num_key_value_heads": 8, "intermediate_size": 28672, "vocab_size": 32000, "max_position_embeddings": 131072,
    "torch_dtype": "bfloat16", "tie_word_embeddings": true,
  ]

  private func report(memory: Int, bandwidth: Double, limits: ServingLimits = ServingLimits()) throws -> FitReport {
    let model = try FitModel(parsing: Self.config)
    let host = HostSpeed(
      name: "a machine", memory: memory, readBandwidth: bandwidth, operationRate: 1e15, source: "a test")
    return try FitReport(
      of: model, on: .other, host: host, budget: MemoryBudget(memory: memory), limits: limits
    ) { SpeedPrediction(of: model, on: host, contextLength: $0, elementBytes: 2) }
  }

  @Test("A model that fits and is fast at the slow end of its interval is interactive")
  func interactive() throws {
    let report = try report(memory: 128 << 30, bandwidth: 2e12)
    #expect(report.tier.name == "interactive")
    #expect(report.tier.reasons.allSatisfy { $0.holds })
    #expect(report.tier.reasons.map(\.what) == ["memory", "decode rate", "first token"])
  }

  @Test("A model whose middle is fast enough and whose slow end is not is for the night")
  func overnight() throws {
    let report = try report(memory: 128 << 30, bandwidth: 0.8e12)
    #expect(report.tier.name == "overnight")
    let reason = try #require(report.tier.reasons.first)
    #expect(reason.what == "decode rate" && !reason.holds)
    #expect(report.speeds[1].decode?.tokensPerSecond ?? 0 > report.limits.decodeRate)
  }

  @Test("A model that does not fit says how many machines hold it, and what they send each other")
  func aspirational() throws {
    let report = try report(memory: 32 << 30, bandwidth: 2e12)
    guard case .aspirational(let because, let cluster?) = report.tier else {
      Issue.record("it is \(report.tier.name)")
      return
    }
    #expect(!because.holds && because.unit == .bytes)
    #expect(cluster.machinesForWeights == 2 && cluster.machines == 2)
    #expect(cluster.pipelineBytesPerToken == 16_384)
    #expect(cluster.tensorBytesPerToken == 2 * 24 * 16_384)
  }

  @Test("Where the reserve leaves nothing, no number of machines is named")
  func nothingLeft() throws {
    let report = try report(memory: 4, bandwidth: 2e12)
    guard case .aspirational(let because, nil) = report.tier else {
      Issue.record("it is \(report.tier.name)")
      return
    }
    #expect(!because.holds)
  }

  @Test("More sequences need more machines for the cache than for the weights")
  func clusterOfSequences() throws {
    let limits = ServingLimits(contextLength: 131_072, sequences: 8)
    let report = try report(memory: 64 << 30, bandwidth: 2e12, limits: limits)
    guard case .aspirational(_, let cluster?) = report.tier else {
      Issue.record("it is \(report.tier.name)")
      return
    }
    #expect(cluster.machines > cluster.machinesForWeights)
  }

  @Test("A context beyond the model's own is the model's own")
  func clamped() throws {
    let limits = ServingLimits(contextLength: 1 << 20, promptTokens: 1 << 21)
    let report = try report(memory: 512 << 30, bandwidth: 2e12, limits: limits)
    #expect(report.limits.contextLength == 131_072)
    #expect(report.limits.promptTokens == 131_072)
  }

  @Test(
    "A lane's name says how weights are stored",
    arguments: [
      ("bf16", WeightStorage.floats), ("4bit", QuantizationFormat(bits: 4, groupSize: 64).map(WeightStorage.quantized)),
      ("8bit-g32", QuantizationFormat(bits: 8, groupSize: 32).map(WeightStorage.quantized)),
      ("MXFP4", .quantized(.mxfp4)), ("7bit", nil), ("4bit-64", nil), ("4bit-g", nil), ("4bit-g64-x", nil), ("", nil),
    ])
  func lanes(_ text: String, _ storage: WeightStorage?) {
    #expect(WeightStorage(text) == storage)
  }

  @Test("Every machine that is shipped has a source, and names differ")
  func shipped() throws {
    let hosts = try HostList.shipped().hosts
    #expect(hosts.count >= 8)
    #expect(Set(hosts.map(\.name)).count == hosts.count)
    #expect(hosts.allSatisfy { !$0.source.isEmpty && $0.readBandwidth > 10e9 && $0.memory >= 16 << 30 })
    let list = try HostList.shipped()
    #expect(throws: FitError.self) { try list.host(named: "apple-m9") }
  }

  @Test(
    "A file of machines that is none is refused with the member that is wrong",
    arguments: [
      ("[]", "neither"), ("{\"name\": \"a\", \"source\": \"b\", \"memory_gb\": -1}", "memory_gb"),
      ("[{\"name\": \"a\", \"memory_gb\": 1}]", "source"), ("3", "neither"), ("{", "hosts.json"),
    ])
  func badHosts(_ text: String, _ word: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(text, to: "hosts.json")
    let error = #expect(throws: FitError.self) { try HostList(contentsOf: folder("hosts.json")) }
    #expect(error?.description.contains(word) ?? false)
  }
}
