/// The families.
extension GGUFFamily {
  /// Llama and its look-alikes, Mistral among them, whose query and key rows GGUF stores interleaved.
  static let llama = GGUFFamily(
    architecture: "llama", modelType: "llama", className: "LlamaForCausalLM",
    blockTensors: joined(norms, attention(isRotary: true), feedForward), outerTensors: outer(),
    derivedTensors: ["rope_freqs.weight"], floats: .F16)

  /// A file of the llama architecture with experts.
  static let mixtral = GGUFFamily(
    architecture: "llama", modelType: "mixtral", className: "MixtralForCausalLM",
    blockTensors: joined(
      norms, attention(isRotary: true), experts(router: "block_sparse_moe.gate", "block_sparse_moe.switch_mlp")),
    outerTensors: outer())

  static let ministral3 = GGUFFamily(
    architecture: "mistral3", modelType: "ministral3", className: "Ministral3ForCausalLM",
    blockTensors: joined(norms, attention(isRotary: true), feedForward), outerTensors: outer())

  static let qwen2 = GGUFFamily(
    architecture: "qwen2", modelType: "qwen2", className: "Qwen2ForCausalLM",
    blockTensors: joined(norms, attention(isRotary: false), projectionBiases, feedForward), outerTensors: outer())

  static let qwen3 = GGUFFamily(
    architecture: "qwen3", modelType: "qwen3", className: "Qwen3ForCausalLM",
    blockTensors: joined(norms, attention(isRotary: false), headNorms, feedForward), outerTensors: outer())

  static let qwen3Mixture = GGUFFamily(
    architecture: "qwen3moe", modelType: "qwen3_moe", className: "Qwen3MoeForCausalLM",
    blockTensors: joined(
      norms, attention(isRotary: false), headNorms, experts(router: "mlp.gate", "mlp.switch_mlp")),
    outerTensors: outer())

  static let gemma3 = GGUFFamily(
    architecture: "gemma3", modelType: "gemma3_text", className: "Gemma3ForCausalLM",
    blockTensors: joined(attention(isRotary: false), feedForward, gemmaNorms), outerTensors: outer(normOffset: -1))

  static let gptOSS = GGUFFamily(
    architecture: "gpt-oss", modelType: "gpt_oss", className: "GptOssForCausalLM",
    blockTensors: joined(
      attention(isRotary: false), projectionBiases, experts(router: "mlp.router", "mlp.experts"), gptOSSVectors),
    outerTensors: outer())

  /// GGUF stores the factors of the norms, checkpoints what is added to 1.
  private static let gemmaNorms: [Tensor] = [
    norm("attn_norm", "input_layernorm", offset: -1),
    norm("post_attention_norm", "post_attention_layernorm", offset: -1),
    norm("ffn_norm", "pre_feedforward_layernorm", offset: -1),
    norm("post_ffw_norm", "post_feedforward_layernorm", offset: -1),
    norm("attn_q_norm", "self_attn.q_norm", .head, offset: -1),
    norm("attn_k_norm", "self_attn.k_norm", .head, offset: -1),
  ]

  private static let gptOSSVectors: [Tensor] = [
    norm("attn_norm", "input_layernorm"), norm("post_attention_norm", "post_attention_layernorm"),
    bias("attn_output", "self_attn.o_proj", .hidden),
    Tensor(source: "attn_sinks.weight", path: "self_attn.sinks", shape: [.heads]),
    bias("ffn_gate_inp", "mlp.router", .experts),
    Tensor(source: "ffn_gate_exps.bias", path: "mlp.experts.gate_proj.bias", shape: [.experts, .expertIntermediate]),
    Tensor(source: "ffn_up_exps.bias", path: "mlp.experts.up_proj.bias", shape: [.experts, .expertIntermediate]),
    Tensor(source: "ffn_down_exps.bias", path: "mlp.experts.down_proj.bias", shape: [.experts, .hidden]),
  ]

  private static func joined(_ parts: [Tensor]...) -> [Tensor] { Array(parts.joined()) }
}

extension GGUFFamily {
  /// The family of a file.
  ///
  /// - Throws: `.missingField` or `.unsupported` for `general.architecture`; `.badField` for experts in a family that has
  ///   none, or the other way round.
  static func of(_ file: GGUFFile) throws(GGUFProblem) -> GGUFFamily {
    let name = try file.string("general.architecture")
    let families = all.filter { $0.architecture == name }
    guard !families.isEmpty else {
      var names: [String] = []
      for family in all where !names.contains(family.architecture) { names.append(family.architecture) }
      throw .unsupported(field: "general.architecture", value: name, supported: names)
    }
    let experts = file.metadata["\(name).expert_count"]?.integer ?? 0
    guard let family = families.first(where: { $0.isMixture == (experts > 0) }) else {
      throw .badField("\(name).expert_count", problem: "is \(experts), which the \(name) family does not have")
    }
    return family
  }
}
