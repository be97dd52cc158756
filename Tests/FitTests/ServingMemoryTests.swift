import Checkpoint
import Foundation
import JSON
import Testing

@testable import Fit
@testable import NativeEngine

/// Against sessions that were made.
@Suite("What serving takes in memory")
struct ServingMemoryTests {
  /// A dense model, one with windows, and a mixture.
  static let configurations: [(String, JSONValue)] = [
    (
      "llama",
      [
        "model_type": "llama", "hidden_size": 128, "num_hidden_layers": 3, "num_attention_heads": 4,
        "rms_norm_eps": 1e-5,
        "num_key_value_heads": 2, "intermediate_size": 256, "vocab_size": 512, "max_position_embeddings": 8192,
        "quantization": ["group_size": 64, "bits": 4],
      ]
    ),
    (
      "gemma3_text",
      [
        "model_type": "gemma3_text", "hidden_size": 128, "num_hidden_layers": 7, "num_attention_heads": 4,
        "rms_norm_eps": 1e-5,
        "num_key_value_heads": 2, "head_dim": 64, "intermediate_size": 256, "vocab_size": 512, "sliding_window": 512,
        "sliding_window_pattern": 6, "max_position_embeddings": 32768, "query_pre_attn_scalar": 64,
      ]
    ),
    (
      "qwen3_moe",
      [
        "model_type": "qwen3_moe", "hidden_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4,
        "rms_norm_eps": 1e-5,
        "num_key_value_heads": 2, "head_dim": 32, "intermediate_size": 256, "moe_intermediate_size": 64,
        "num_experts": 8, "num_experts_per_tok": 2, "decoder_sparse_step": 1, "norm_topk_prob": true,
        "mlp_only_layers": [], "vocab_size": 512, "max_position_embeddings": 8192,
      ]
    ),
  ]

  @Test(
    "Cache and scratch are what a session allocates, for any context and number of sequences",
    arguments: configurations.map(\.0))
  func exact(_ name: String) throws {
    let json = try #require(Self.configurations.first { $0.0 == name }).1
    let config = try ModelConfig(parsing: json, file: name)
    let kernels = try Kernels(named: nil)
    for (context, sequences, precision) in [
      (1, 1, CachePrecision.float32), (300, 1, .float32), (4096, 2, .float16), (8191, 3, .float32),
    ] {
      let options = Session.Options(
        threads: 2, contextLength: context, cachePrecision: precision, sequences: sequences)
      let decoder = try Families.family(of: config).decoder(WeightSource(PlannedTensors(config)))
      let session = Session(decoder, kernels: kernels, options: options)
      let planned = try SessionMemory(config, options: options)
      let allocated = session.sequences.reduce(0) { $0 + $1.cache.layout.byteCount }
      #expect(planned.cacheByteCount(contextLength: context) == allocated)
      #expect(planned.scratchByteCount(contextLength: context) == session.scratchByteCount)
      #expect(planned.cacheBytesPerToken == session.cacheBytesPerToken)
    }
  }

  @Test("The largest context fits, and one token more does not")
  func largest() throws {
    let model = try FitModel(parsing: Self.configurations[0].1)
    for sequences in [1, 4] {
      let memory = try ServingMemory(model, sequences: sequences, on: .native(.init(threads: 2)))
      let budget = memory.footprint(contextLength: 3000).total
      let largest = try #require(memory.largestContext(in: budget))
      #expect(memory.footprint(contextLength: largest).total <= budget)
      #expect(memory.footprint(contextLength: largest + 1).total > budget)
      #expect(memory.largestContext(in: 1 << 40) == 8192)
      #expect(memory.largestContext(in: 1 << 20) == nil)
    }
  }

  @Test("A footprint that no number holds is the largest one")
  func saturating() {
    let footprint = Footprint(weights: .max, cache: 1, scratch: 1, program: 1)
    #expect(footprint.total == .max)
  }

  @Test("A quarter of the memory stays free, at most 16 GiB")
  func reserve() {
    #expect(MemoryBudget(memory: 8 << 30).available == 6 << 30)
    #expect(MemoryBudget(memory: 128 << 30).available == 112 << 30)
    #expect(MemoryBudget(memory: 4, reserve: 8).available == 0)
  }
}

@Suite("What serving an encoder takes in memory")
struct EncoderMemoryTests {
  /// all-MiniLM-L6-v2, by its published config.json.
  static let config: JSONValue = [
    "architectures": ["BertModel"], "model_type": "bert", "hidden_size": 384, "num_hidden_layers": 6,
    "num_attention_heads": 12, "intermediate_size": 1536, "vocab_size": 30522, "max_position_embeddings": 512,
    "type_vocab_size": 2, "layer_norm_eps": 1e-12, "hidden_act": "gelu", "torch_dtype": "float32",
  ]

  @Test("Weights are those of the published checkpoint but its biases and pooler")
  func weights() throws {
    let model = try FitModel(parsing: Self.config)
    #expect(model.isEncoder)
    // 22,713,216 with the pooler's 147,840 and the layers' biases, 6 × (4 × 384 + 1536 + 384 + 2 × 384) + 384.
    let biases = 6 * (4 * 384 + 1536 + 384 + 2 * 384) + 384
    #expect(model.parameterCount == 22_713_216 - 147_840 - biases)
    #expect(model.activeParameterCount == 6 * (4 * 384 * 384 + 2 * 384 * 1536))
    #expect(model.bytesPerToken == 4 * model.activeParameterCount)
  }

  @Test("Scratch is what a session allocates, and several texts at once take no more")
  func scratch() throws {
    let kernels = try Kernels(named: nil)
    let config = try ModelConfig(parsing: Self.config, file: "config.json")
    let encoder = try #require(try EncoderFamilies.planned(PlannedTensors(config), kernels: kernels))
    let memory = try #require(try EncoderMemory(config, options: .init(threads: 2)))
    for (tokens, room) in [(10, 192), (192, 192), (200, 384), (500, 500), (512, 512)] {
      let allocated = EncoderScratch(encoder, kernels: kernels, threads: 2, tokens: room).byteCount
      let error = Double(memory.scratchByteCount(tokens: tokens)) / Double(allocated) - 1
      #expect(abs(error) < 0.05, "\(tokens) tokens: \(error)")
    }
    let model = try FitModel(parsing: Self.config)
    let footprints = try [1, 8].map {
      try ServingMemory(model, sequences: $0, on: .native(.init(threads: 2))).footprint(contextLength: 512)
    }
    #expect(footprints[0] == footprints[1] && footprints[0].cache == 0)
  }

  @Test("An encoder decodes nothing: its tier is decided by memory and the wait for a vector")
  func tier() throws {
    let model = try FitModel(parsing: Self.config)
    let host = HostSpeed(name: "a machine", memory: 8 << 30, readBandwidth: 1e9, operationRate: 1e12, source: "a test")
    let report = try FitReport(
      of: model, on: .native(.init(threads: 2)), host: host, budget: MemoryBudget(memory: 8 << 30), limits: .init()
    ) { SpeedPrediction(of: model, on: host, contextLength: $0, elementBytes: 4) }
    #expect(report.tier.reasons.map(\.what) == ["memory", "vector"])
    #expect(report.speeds.allSatisfy { $0.decode == nil })
    #expect(!report.text.contains("decode") && !report.text.contains("cache  "))
  }
}
