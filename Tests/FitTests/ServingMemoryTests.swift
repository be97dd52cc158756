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
