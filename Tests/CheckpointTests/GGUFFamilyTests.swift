import Foundation
import JSON
import TestSupport
import Testing

@testable import Checkpoint

@Suite("GGUF families")
struct GGUFFamilyTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// One block of 64 hidden elements, 4 heads (2 key-value) of 32, 8 experts of 32 if it has any.
  private func builder(_ architecture: String, _ extra: [(String, [UInt8])] = []) -> GGUFBuilder {
    var builder = TinyGGUF.builder()
    builder.tensors = []
    builder.metadata = builder.metadata.map { key, value in
      (key.hasPrefix("llama.") ? "\(architecture).\(key.dropFirst("llama.".count))" : key, value)
    }
    builder.set("general.architecture", GGUFBuilder.string(architecture))
    builder.set("\(architecture).attention.key_length", GGUFBuilder.uint32(32))
    for (key, value) in extra { builder.set("\(architecture).\(key)", value) }
    return builder
  }

  /// F32 tensors in eighths, which every type holds; dimensions as in the file.
  private func add(_ tensors: KeyValuePairs<String, [UInt64]>, to builder: inout GGUFBuilder) {
    var random = TestRandom()
    for (name, dimensions) in tensors {
      let values = (0..<dimensions.reduce(1, *)).map { _ in (random.float() * 8).rounded() / 8 }
      builder.tensors.append(.init(name: name, dimensions: dimensions, type: 0, data: bytes(values)))
    }
  }

  private func run(_ builder: GGUFBuilder) throws -> ModelFolder {
    let target = folder("model")
    try ModelImporter.importGGUF(try folder.write(builder.built, to: "m.gguf"), to: target)
    return try ModelFolder(contentsOf: target)
  }

  private func floats(_ data: [UInt8]) -> [Float] {
    stride(from: 0, to: data.count, by: 4).map { start in
      Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(data[start + $1]) << UInt32(8 * $1) })
    }
  }

  private let attention: KeyValuePairs<String, [UInt64]> = [
    "token_embd.weight": [64, 6], "output_norm.weight": [64], "blk.0.attn_norm.weight": [64],
    "blk.0.attn_q.weight": [64, 128], "blk.0.attn_k.weight": [64, 64], "blk.0.attn_v.weight": [64, 64],
    "blk.0.attn_output.weight": [128, 64],
  ]
  private let feedForward: KeyValuePairs<String, [UInt64]> = [
    "blk.0.ffn_gate.weight": [64, 96], "blk.0.ffn_up.weight": [64, 96], "blk.0.ffn_down.weight": [96, 64],
  ]
  private let experts: KeyValuePairs<String, [UInt64]> = [
    "blk.0.ffn_gate_inp.weight": [64, 8], "blk.0.ffn_gate_exps.weight": [64, 32, 8],
    "blk.0.ffn_up_exps.weight": [64, 32, 8], "blk.0.ffn_down_exps.weight": [32, 64, 8],
  ]

  @Test("Gemma's norms lose the 1 that GGUF has added, and what the file leaves out is in the configuration")
  func gemma() throws {
    var builder = builder("gemma3", [("attention.sliding_window", GGUFBuilder.uint32(16))])
    builder.set("gemma3.rope.freq_base", nil)
    add(attention, to: &builder)
    add(feedForward, to: &builder)
    add(
      [
        "blk.0.post_attention_norm.weight": [64], "blk.0.ffn_norm.weight": [64], "blk.0.post_ffw_norm.weight": [64],
        "blk.0.attn_q_norm.weight": [32], "blk.0.attn_k_norm.weight": [32],
      ], to: &builder)
    let model = try run(builder)
    for (source, name) in [
      ("output_norm", "model.norm"), ("blk.0.ffn_norm", "model.layers.0.pre_feedforward_layernorm"),
      ("blk.0.attn_q_norm", "model.layers.0.self_attn.q_norm"),
    ] {
      let stored = try #require(builder.tensors.first { $0.name == "\(source).weight" })
      #expect(try model.weight(of: name).values == floats(stored.data).map { $0 - 1 }, "\(name)")
    }
    let query = try #require(builder.tensors.first { $0.name == "blk.0.attn_q.weight" })
    #expect(try model.weight(of: "model.layers.0.self_attn.q_proj").values == floats(query.data))
    let config = model.config.json
    #expect(config["model_type"]?.string == "gemma3_text" && config["rope_theta"]?.number == 1_000_000)
    #expect(config["query_pre_attn_scalar"]?.integer == 32 && config["sliding_window_pattern"]?.integer == 6)
    #expect(config["rope_local_base_freq"]?.number == 10_000 && config["torch_dtype"]?.string == "bfloat16")
  }

  @Test("Experts keep their stacking under mlx-lm's names")
  func qwen3Mixture() throws {
    var builder = builder(
      "qwen3moe",
      [
        ("expert_count", GGUFBuilder.uint32(8)), ("expert_used_count", GGUFBuilder.uint32(2)),
        ("expert_feed_forward_length", GGUFBuilder.uint32(32)),
      ])
    add(attention, to: &builder)
    add(experts, to: &builder)
    add(
      ["blk.0.ffn_norm.weight": [64], "blk.0.attn_q_norm.weight": [32], "blk.0.attn_k_norm.weight": [32]],
      to: &builder)
    let position = try #require(builder.tensors.firstIndex { $0.name == "blk.0.ffn_down_exps.weight" })
    builder.tensors[position].type = 39
    builder.tensors[position].data = (0..<8 * 64 * 17).map { (byte: Int) -> UInt8 in
      byte % 17 == 0 ? 120 : UInt8(byte % 251)
    }
    let model = try run(builder)
    let down = try model.weight(of: "model.layers.0.mlp.switch_mlp.down_proj")
    #expect(down.shape == [8, 64, 32] && down.format == .mxfp4)
    #expect(try model.tensor("model.layers.0.mlp.switch_mlp.gate_proj.weight").shape == [8, 32, 64])
    #expect(try model.tensor("model.layers.0.mlp.gate.weight").shape == [8, 64])
    #expect(model.config.quantization?.format(of: "model.layers.0.mlp.gate") == nil)
    let inspection = try ModelInspection(of: model)
    #expect(inspection.experts == ExpertCount(total: 8, active: 2))
    #expect(model.config.json["moe_intermediate_size"]?.integer == 32)
    #expect(model.config.json["norm_topk_prob"]?.bool == true)
  }

  @Test("gpt-oss has its sinks, biases, windows and YaRN")
  func gptOSS() throws {
    var builder = builder(
      "gpt-oss",
      [
        ("expert_count", GGUFBuilder.uint32(8)), ("expert_used_count", GGUFBuilder.uint32(2)),
        ("expert_feed_forward_length", GGUFBuilder.uint32(32)), ("attention.sliding_window", GGUFBuilder.uint32(16)),
        ("rope.scaling.type", GGUFBuilder.string("yarn")), ("rope.scaling.factor", GGUFBuilder.float(32)),
        ("rope.scaling.original_context_length", GGUFBuilder.uint32(4096)),
      ])
    builder.set("tokenizer.ggml.pre", GGUFBuilder.string("gpt-4o"))
    add(attention, to: &builder)
    add(experts, to: &builder)
    add(
      [
        "blk.0.post_attention_norm.weight": [64], "blk.0.attn_sinks.weight": [4], "blk.0.attn_q.bias": [128],
        "blk.0.attn_k.bias": [64], "blk.0.attn_v.bias": [64], "blk.0.attn_output.bias": [64],
        "blk.0.ffn_gate_inp.bias": [8], "blk.0.ffn_gate_exps.bias": [32, 8], "blk.0.ffn_up_exps.bias": [32, 8],
        "blk.0.ffn_down_exps.bias": [64, 8], "output.weight": [64, 6],
      ], to: &builder)
    let model = try run(builder)
    for (name, shape) in [
      ("self_attn.sinks", [4]), ("self_attn.o_proj.bias", [64]), ("mlp.router.weight", [8, 64]),
      ("mlp.router.bias", [8]), ("mlp.experts.down_proj.bias", [8, 64]),
      ("mlp.experts.gate_proj.weight", [8, 32, 64]),
    ] {
      #expect(try model.tensor("model.layers.0.\(name)").shape == shape, "\(name)")
    }
    let config = model.config.json
    #expect(config["layer_types"] == ["sliding_attention"] && config["num_local_experts"]?.integer == 8)
    #expect(config["intermediate_size"]?.integer == 32 && config["attention_bias"]?.bool == true)
    let scaling = config["rope_scaling"]
    #expect(scaling?["rope_type"]?.string == "yarn" && scaling?["beta_fast"]?.number == 32)
    #expect(scaling?["original_max_position_embeddings"]?.integer == 4096)
  }

  @Test("Qwen 2 has biases on its projections, Qwen 3 norms; rows stay in their order", arguments: ["qwen2", "qwen3"])
  func qwen(architecture: String) throws {
    var builder = builder(architecture)
    add(attention, to: &builder)
    add(feedForward, to: &builder)
    add(["blk.0.ffn_norm.weight": [64]], to: &builder)
    let own: KeyValuePairs<String, [UInt64]> =
      architecture == "qwen2"
      ? ["blk.0.attn_q.bias": [128], "blk.0.attn_k.bias": [64], "blk.0.attn_v.bias": [64]]
      : ["blk.0.attn_q_norm.weight": [32], "blk.0.attn_k_norm.weight": [32]]
    add(own, to: &builder)
    let model = try run(builder)
    let query = try #require(builder.tensors.first { $0.name == "blk.0.attn_q.weight" })
    #expect(try model.weight(of: "model.layers.0.self_attn.q_proj").values == floats(query.data))
    let name = architecture == "qwen2" ? "self_attn.k_proj.bias" : "self_attn.k_norm.weight"
    #expect(try model.tensor("model.layers.0.\(name)").type == .BF16)
    #expect(model.config.modelType == architecture)
  }
}
