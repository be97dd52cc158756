import JSON

/// What a family takes for members that its configurations leave out, as its reference implementation does.
///
/// Published Gemma 3 configurations name only the sizes that differ from these.
enum ConfigDefaults {
  static func members(of modelType: String, in section: JSONObject) -> [(name: String, value: JSONValue)] {
    switch modelType {
    case "gemma3", "gemma3_text":
      let isWrapped = modelType == "gemma3"
      return [
        ("num_attention_heads", .integer(isWrapped ? 8 : 4)), ("num_key_value_heads", .integer(isWrapped ? 4 : 1)),
        ("head_dim", 256), ("vocab_size", .integer(isWrapped ? 262_208 : 262_144)), ("rms_norm_eps", .number(1e-6)),
        ("max_position_embeddings", 131_072),
      ]
    case "gemma4", "gemma4_text", "gemma4_unified":
      return [
        ("num_attention_heads", 8), ("num_key_value_heads", 1), ("head_dim", 256), ("vocab_size", 262_144),
        ("rms_norm_eps", .number(1e-6)), ("max_position_embeddings", 131_072),
      ]
    case "gpt_oss": return [("head_dim", 64), ("rms_norm_eps", .number(1e-5))]
    case "lfm2", "lfm2_moe": return [("rope_theta", .number(1e6))]
    case "mixtral": return [("rms_norm_eps", .number(1e-5)), ("rope_theta", .number(1e6))]
    case "nemotron_h":
      // It describes each layer, and need not count them.
      let layers = ["hybrid_override_pattern", "layers_block_type", "layer_types"].lazy.compactMap { name in
        section[name].flatMap { $0.string?.count ?? $0.array?.count }
      }
      return layers.first.map { [("num_hidden_layers", .integer($0))] } ?? []
    default: return []
    }
  }
}
