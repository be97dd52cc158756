import JSON

extension GGUFFile {
  /// The `config.json` that describes the model, without quantization.
  ///
  /// - Throws: `.missingField`, `.badField` or `.unsupported` with the metadata key.
  func configJSON(
    family: GGUFFamily, sizes: GGUFSizes, tokenizer: GGUFTokenizer
  ) throws(GGUFProblem) -> JSONObject {
    let prefix = family.architecture
    let isHalf = family.floats(of: self) == .F16
    var config = JSONObject([
      ("architectures", [.string(family.className)]),
      ("model_type", .string(family.modelType)),
      ("hidden_act", "silu"),
      ("hidden_size", .integer(sizes[.hidden])),
      ("num_hidden_layers", .integer(sizes.blockCount)),
      ("num_attention_heads", .integer(sizes[.heads])),
      ("num_key_value_heads", .integer(sizes.keyValueHeadCount)),
      ("head_dim", .integer(sizes[.head])),
      ("intermediate_size", .integer(sizes[.intermediate])),
      ("vocab_size", .integer(tokenizer.tokens.count)),
      ("max_position_embeddings", .integer(try integer("\(prefix).context_length"))),
      ("rms_norm_eps", .number(try number("\(prefix).attention.layer_norm_rms_epsilon"))),
      ("rope_theta", .number(try number("\(prefix).rope.freq_base", default: 10_000))),
      ("attention_bias", .bool(family.blockTensors.contains { $0.path == "self_attn.o_proj.bias" })),
      ("mlp_bias", false),
      ("tie_word_embeddings", .bool(!tensors.contains { $0.name == "output.weight" })),
      ("torch_dtype", .string(isHalf ? "float16" : "bfloat16")),
    ])
    if let scaling = try ropeScaling(prefix, sizes: sizes) { config["rope_scaling"] = scaling }
    for member in tokenizer.specialTokenIDs.members { config[member.name] = member.value }
    for (name, value) in try ownMembers(of: family, sizes) { config[name] = value }
    return config
  }

  private func number(_ key: String, default fallback: Double) throws(GGUFProblem) -> Double {
    metadata[key] == nil ? fallback : try number(key)
  }

  private func ropeScaling(_ prefix: String, sizes: GGUFSizes) throws(GGUFProblem) -> JSONValue? {
    let key = "\(prefix).rope.scaling"
    if let factors = tensors.first(where: { $0.name == "rope_freqs.weight" }) {
      let base = try number("\(prefix).rope.freq_base", default: 10_000)
      return try LlamaScaling(of: factors, headDimension: sizes[.head], base: base).json
    }
    guard let type = metadata["\(key).type"]?.string, type != "none" else { return nil }
    let factor = JSONValue.number(try number("\(key).factor"))
    switch type {
    case "linear": return ["rope_type": "linear", "factor": factor]
    case "yarn":
      return [
        "rope_type": "yarn", "factor": factor,
        "original_max_position_embeddings": .integer(try integer("\(key).original_context_length")),
        "beta_fast": .number(try number("\(key).yarn_beta_fast", default: 32)),
        "beta_slow": .number(try number("\(key).yarn_beta_slow", default: 1)),
      ]
    default: throw .unsupported(field: "\(key).type", value: type, supported: ["none", "linear", "yarn"])
    }
  }
}

/// What single families say beyond the rest.
extension GGUFFile {
  private func ownMembers(
    of family: GGUFFamily, _ sizes: GGUFSizes
  ) throws(GGUFProblem) -> [(String, JSONValue)] {
    let prefix = family.architecture
    switch family.modelType {
    case "mixtral":
      return [
        ("num_local_experts", .integer(sizes[.experts])),
        ("num_experts_per_tok", .integer(try integer("\(prefix).expert_used_count"))),
      ]
    case "qwen3_moe":
      return [
        ("num_experts", .integer(sizes[.experts])),
        ("num_experts_per_tok", .integer(try integer("\(prefix).expert_used_count"))),
        ("moe_intermediate_size", .integer(sizes[.expertIntermediate])),
        ("norm_topk_prob", true), ("decoder_sparse_step", 1), ("mlp_only_layers", []),
      ]
    case "gpt_oss":
      let layers = (0..<sizes.blockCount).map { $0 % 2 == 0 ? "sliding_attention" : "full_attention" }
      return [
        ("num_local_experts", .integer(sizes[.experts])),
        ("num_experts_per_tok", .integer(try integer("\(prefix).expert_used_count"))),
        ("intermediate_size", .integer(sizes[.expertIntermediate])),
        ("sliding_window", .integer(try integer("\(prefix).attention.sliding_window"))),
        ("layer_types", .array(layers.map { .string($0) })), ("swiglu_limit", 7.0),
      ]
    case "gemma3_text": return try gemmaMembers(prefix, sizes)
    case "ministral3": return try ministralMembers(prefix, sizes)
    default: return []
    }
  }

  /// GGUF files of Gemma 3 leave out what all sizes share.
  private func gemmaMembers(_ prefix: String, _ sizes: GGUFSizes) throws(GGUFProblem) -> [(String, JSONValue)] {
    // The 27B model alone scales by the share of a head in the hidden size.
    let scale = sizes.blockCount == 62 ? sizes[.hidden] / sizes[.heads] : sizes[.head]
    let pattern = metadata["\(prefix).attention.sliding_window_pattern"]?.integer ?? 6
    return [
      ("hidden_act", "gelu_pytorch_tanh"), ("hidden_activation", "gelu_pytorch_tanh"),
      ("query_pre_attn_scalar", .integer(scale)),
      ("sliding_window", .integer(try integer("\(prefix).attention.sliding_window"))),
      ("sliding_window_pattern", .integer(pattern)),
      ("rope_theta", .number(try number("\(prefix).rope.freq_base", default: 1_000_000))),
      ("rope_local_base_freq", .number(try number("\(prefix).rope.freq_base_swa", default: 10_000))),
    ]
  }

  /// The family reads all of its rotary embedding from `rope_parameters`.
  private func ministralMembers(_ prefix: String, _ sizes: GGUFSizes) throws(GGUFProblem) -> [(String, JSONValue)] {
    var rope = try ropeScaling(prefix, sizes: sizes)?.object ?? JSONObject([("rope_type", "default")])
    rope["rope_theta"] = .number(try number("\(prefix).rope.freq_base", default: 10_000))
    if metadata["\(prefix).rope.scaling.yarn_log_multiplier"] != nil {
      rope["mscale"] = 1.0
      rope["mscale_all_dim"] = .number(try number("\(prefix).rope.scaling.yarn_log_multiplier"))
    }
    rope["llama_4_scaling_beta"] = .number(try number("\(prefix).attention.temperature_scale", default: 0))
    if rope["original_max_position_embeddings"] == nil {
      rope["original_max_position_embeddings"] = .integer(try integer("\(prefix).context_length"))
    }
    return [("rope_parameters", .object(rope))]
  }
}
