import JSON

extension GGUFFile {
  /// The `config.json` that describes the model, without quantization.
  ///
  /// - Throws: `.missingField`, `.badField` or `.unsupported` with the metadata key.
  func configJSON(family: GGUFFamily, tokenizer: GGUFTokenizer) throws(GGUFProblem) -> JSONObject {
    let prefix = family.architecture
    if let experts = metadata["\(prefix).expert_count"]?.integer, experts > 0 {
      throw .badField("\(prefix).expert_count", problem: "is \(experts): mixtures of experts cannot be imported")
    }
    let hidden = try integer("\(prefix).embedding_length")
    let heads = try integer("\(prefix).attention.head_count")
    guard heads > 0, hidden > 0 else { throw .badField("\(prefix).attention.head_count", problem: "is not positive") }
    let headDimension = metadata["\(prefix).attention.key_length"]?.integer ?? hidden / heads
    if let rotary = metadata["\(prefix).rope.dimension_count"]?.integer, rotary != headDimension {
      throw .badField(
        "\(prefix).rope.dimension_count", problem: "is \(rotary), but heads have \(headDimension) elements")
    }
    var config = JSONObject([
      ("architectures", [.string(family.className)]),
      ("model_type", .string(family.modelType)),
      ("hidden_act", "silu"),
      ("hidden_size", .integer(hidden)),
      ("num_hidden_layers", .integer(try integer("\(prefix).block_count"))),
      ("num_attention_heads", .integer(heads)),
      (
        "num_key_value_heads",
        .integer(
          metadata["\(prefix).attention.head_count_kv"] == nil
            ? heads : try integer("\(prefix).attention.head_count_kv"))
      ),
      ("head_dim", .integer(headDimension)),
      ("intermediate_size", .integer(try integer("\(prefix).feed_forward_length"))),
      ("vocab_size", .integer(tokenizer.tokens.count)),
      ("max_position_embeddings", .integer(try integer("\(prefix).context_length"))),
      ("rms_norm_eps", .number(try number("\(prefix).attention.layer_norm_rms_epsilon"))),
      (
        "rope_theta",
        .number(
          metadata["\(prefix).rope.freq_base"] == nil
            ? 10_000 : try number("\(prefix).rope.freq_base"))
      ),
      ("attention_bias", false),
      ("mlp_bias", false),
      ("tie_word_embeddings", .bool(!tensors.contains { $0.name == "output.weight" })),
      ("torch_dtype", "float16"),
    ])
    if let scaling = try ropeScaling(prefix) { config["rope_scaling"] = scaling }
    for member in tokenizer.specialTokenIDs.members { config[member.name] = member.value }
    return config
  }

  private func ropeScaling(_ prefix: String) throws(GGUFProblem) -> JSONValue? {
    guard let type = metadata["\(prefix).rope.scaling.type"]?.string, type != "none" else { return nil }
    guard type == "linear" else {
      throw .unsupported(field: "\(prefix).rope.scaling.type", value: type, supported: ["none", "linear"])
    }
    return ["rope_type": "linear", "factor": .number(try number("\(prefix).rope.scaling.factor"))]
  }
}
