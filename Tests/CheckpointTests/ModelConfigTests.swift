import TestSupport
import JSON
import Testing

@testable import Checkpoint

@Suite("Model configurations")
struct ModelConfigTests {
  private func config(_ change: (inout JSONObject) -> Void = { _ in }) throws -> ModelConfig {
    var object = try #require(try JSONValue(parsing: TinyModel.config).object)
    change(&object)
    return try ModelConfig(parsing: .object(object))
  }

  @Test("Sizes are read, missing members take Llama's defaults")
  func reads() throws {
    let config = try config()
    #expect(config.modelType == "llama" && config.hiddenSize == 64 && config.layerCount == 1)
    #expect(config.headDimension == 16 && config.keyValueHeadCount == 2 && config.ropeTheta == 10_000)
    #expect(!config.attentionBias && !config.mlpBias && config.eosTokenIDs.isEmpty && config.quantization == nil)
    #expect(try self.config { $0["num_key_value_heads"] = nil }.keyValueHeadCount == 4)
    #expect(try self.config { $0["eos_token_id"] = [1, 2] }.eosTokenIDs == [1, 2])
    #expect(try self.config { $0["head_dim"] = 32 }.headDimension == 32)
  }

  @Test("Latent attention keeps one row per token and layer, and names the features of its heads apart")
  func readsLatentAttention() throws {
    let latent = try config {
      $0["model_type"] = "glm4_moe_lite"
      $0["num_hidden_layers"] = 47
      // 20 heads do not divide 2048.
      ($0["hidden_size"], $0["num_attention_heads"], $0["num_key_value_heads"]) = (2048, 20, 20)
      ($0["head_dim"], $0["kv_lora_rank"], $0["qk_rope_head_dim"]) = (nil, 512, 64)
    }
    #expect(latent.headDimension == 64)
  }

  @Test("Both spellings of rotary scaling are read")
  func readsRope() throws {
    let old = try config {
      $0["rope_theta"] = 500_000
      $0["rope_scaling"] = ["rope_type": "llama3", "factor": 8.0]
    }
    #expect(old.ropeTheta == 500_000 && old.ropeScaling?["factor"]?.number == 8)
    let new = try config { $0["rope_parameters"] = ["rope_type": "default", "rope_theta": 1_000_000] }
    #expect(new.ropeTheta == 1_000_000 && new.ropeScaling == nil)
  }

  static let refused: [(String, JSONValue)] = [
    ("hidden_size", .null), ("hidden_size", 0), ("hidden_size", -64), ("hidden_size", 1e300), ("hidden_size", "64"),
    ("hidden_size", 66), ("num_hidden_layers", 1_000_000), ("num_attention_heads", 0), ("num_key_value_heads", 3),
    ("head_dim", 15), ("intermediate_size", 9_223_372_036_854_775_807), ("vocab_size", 1.5), ("rms_norm_eps", 0),
    ("rms_norm_eps", .null), ("rope_theta", -1), ("rope_scaling", "linear"), ("tie_word_embeddings", 1),
    ("eos_token_id", 6), ("eos_token_id", [-1]), ("max_position_embeddings", 0), ("model_type", .null),
    ("quantization", []), ("quantization", ["bits": 7, "group_size": 64]),
  ]

  @Test("A value that cannot be trusted is refused by name", arguments: refused)
  func refuses(name: String, value: JSONValue) {
    let error = #expect(throws: CheckpointError.self) { _ = try config { $0[name] = value } }
    guard case .field("config.json", name, _) = error else {
      Issue.record("got \(String(describing: error))")
      return
    }
  }

  @Test("The quantization section is read in every form that mlx-lm writes")
  func readsQuantization() throws {
    let json = try JSONValue(
      parsing: """
        {"group_size": 64, "bits": 4, "model.layers.0.self_attn.q_proj": {"group_size": 32, "bits": 8, "mode": "affine"},
        "model.layers.0.mlp.up_proj": {"mode": "mxfp4"}, "model.embed_tokens": true, "lm_head": false,
        "quant_method": "mlx"}
        """)
    let quantization = try #require(try config { $0["quantization"] = json }.quantization)
    let standard = try #require(QuantizationFormat(bits: 4, groupSize: 64))
    #expect(quantization.default == standard)
    #expect(quantization.format(of: "model.layers.0.self_attn.q_proj") == QuantizationFormat(bits: 8, groupSize: 32))
    #expect(
      quantization.format(of: "model.layers.0.mlp.up_proj") == QuantizationFormat(bits: 4, groupSize: 32, mode: .mxfp4))
    #expect(quantization.format(of: "model.embed_tokens") == standard)
    #expect(quantization.format(of: "lm_head") == nil)
    #expect(quantization.format(of: "elsewhere") == standard)
    #expect(try QuantizationConfig(parsing: quantization.json, field: "q", file: "f") == quantization)
  }

  @Test("A layer's entry may be false, true, or leave out what its mode implies")
  func overrides() throws {
    let json = try JSONValue(
      parsing: #"""
        {"bits":4,"group_size":64,"mode":"affine","quant_note":"x","a":false,"b":true,"c":{"bits":8,"group_size":32},
        "d":{"mode":"nvfp4"},"e":{"bits":8,"mode":"mxfp8","quantize_input":false},"f":{"group_size":128}}
        """#)
    let quantization = try #require(try config { $0["quantization"] = json }.quantization)
    #expect(
      quantization.overrides == [
        "a": .unquantized, "b": .format(.standard),
        "c": .format(try #require(QuantizationFormat(bits: 8, groupSize: 32))),
        "d": .format(.nvfp4), "e": .format(.mxfp8),
        "f": .format(try #require(QuantizationFormat(bits: 4, groupSize: 128))),
      ])
    #expect(quantization.format(of: "a") == nil && quantization.format(of: "other") == .standard)
    #expect(try QuantizationConfig(parsing: quantization.json, field: "quantization", file: "f") == quantization)
  }

  @Test(
    "An exception counts for its layer under each prefix that published models have",
    arguments: ["", "model.", "language_model.", "language_model.model.", "model.language_model."])
  func overridePrefixes(prefix: String) throws {
    let fine = try #require(QuantizationFormat(bits: 8, groupSize: 64))
    let quantization = QuantizationConfig(
      default: .standard,
      overrides: ["\(prefix)layers.0.mlp.gate": .format(fine), "\(prefix)lm_head": .unquantized])
    for own in ["", "model.", "language_model.", "language_model.model."] {
      #expect(quantization.format(of: "\(own)layers.0.mlp.gate") == fine)
      #expect(quantization.format(of: "\(own)lm_head") == nil)
      #expect(quantization.format(of: "\(own)layers.1.mlp.gate") == .standard)
    }
  }

  @Test("A layer's own path goes before the same with another prefix, which is unused if it says otherwise")
  func ownPathFirst() {
    let quantization = QuantizationConfig(
      default: .standard,
      overrides: [
        "model.a": .format(.mxfp4), "language_model.model.a": .format(.nvfp4), "model.b": .unquantized,
        "b": .unquantized,
      ])
    #expect(quantization.format(of: "model.a") == .mxfp4)
    #expect(quantization.format(of: "language_model.model.a") == .nvfp4)
    #expect(quantization.unusedOverrides(layers: ["model.a", "model.b"]) == ["language_model.model.a"])
  }

  @Test(
    "A quantization that does not exist is refused with its path",
    arguments: [
      (#"{"bits":4,"group_size":48}"#, "quantization"),
      (#"{"bits":4,"group_size":64,"mode":"int4"}"#, "quantization.mode"),
      (#"{"bits":"4","group_size":64}"#, "quantization.bits"),
      (#"{"bits":4,"group_size":64,"a.b":{"bits":9}}"#, "quantization.a.b"),
      (#"{"bits":4,"group_size":32,"mode":"nvfp4"}"#, "quantization"),
      (#"{"bits":4,"group_size":64,"a":{"mode":"nvfp4","global_scale":true}}"#, "quantization.a.global_scale"),
      (#"{"bits":8,"group_size":32,"mode":"mxfp8","a":{"quantize_input":true}}"#, "quantization.a.quantize_input"),
      (#"{"group_size":64}"#, "quantization.bits"), (#"{"bits":4}"#, "quantization.group_size"),
    ])
  func refusesQuantization(text: String, field: String) throws {
    let json = try JSONValue(parsing: text)
    let error = #expect(throws: CheckpointError.self) { _ = try config { $0["quantization"] = json } }
    guard case .field(_, field, _) = error else {
      Issue.record("got \(String(describing: error))")
      return
    }
  }

  @Test("The section's second name counts, unless another tool wrote it")
  func readsSecondName() throws {
    let section: JSONValue = ["bits": 4, "group_size": 64]
    let config = try config { $0["quantization_config"] = section }
    #expect(config.quantization?.default == QuantizationFormat(bits: 4, groupSize: 64))
    let problem = "is awq: convert the model to an MLX format first"
    #expect(
      throws: CheckpointError.field(file: "config.json", name: "quantization_config.quant_method", problem: problem)
    ) { _ = try self.config { $0["quantization_config"] = ["quant_method": "awq", "bits": 4] } }
  }
}
