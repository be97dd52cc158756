import Checkpoint
import JSON
import Testing

@testable import NativeEngine

/// What families read of a configuration, and what they refuse before any weights are read.
@Suite("Family configurations")
struct ConfigurationTests {
  private static let common =
    #""hidden_size":64,"intermediate_size":96,"num_attention_heads":2,"num_key_value_heads":1,"vocab_size":100,"#
    + #""max_position_embeddings":64,"#

  private func problem(of members: String) throws -> String {
    let config = try ModelConfig(parsing: try JSONValue(parsing: "{\(Self.common)\(members)}"))
    do { try Families.check(config) } catch { return "\(error)" }
    return ""
  }

  private static let spaces =
    #""model_type":"nemotron_h","layer_norm_epsilon":1e-5,"mamba_num_heads":4,"n_groups":2,"mamba_head_dim":16,"#
    + #""ssm_state_size":16,"conv_kernel":4,"#

  @Test("Nemotron-H counts its layers by their letters or by their names, with an upper limit that JSON cannot hold")
  func blocks() throws {
    for layers in [
      #""hybrid_override_pattern":"M-M*-""#, #""hybrid_override_pattern":["M","-","M","*","-"]"#,
      #""layers_block_type":["mamba","mlp","linear_attention","full_attention","mlp"]"#,
    ] {
      let members = Self.spaces + layers + #","time_step_limit":[0.0,{"__float__":"Infinity"}]"#
      let config = try ModelConfig(parsing: try JSONValue(parsing: "{\(Self.common)\(members)}"))
      #expect(config.layerCount == 5 && config.rmsNormEpsilon == 1e-5)
      try Families.check(config)
    }
  }

  @Test("What Nemotron-H cannot be is refused by name")
  func refusedBlocks() throws {
    let pattern = #""hybrid_override_pattern":"M-M*-""#
    #expect(try problem(of: Self.spaces + #""hybrid_override_pattern":"M-X""#).contains("\"X\""))
    #expect(try problem(of: Self.spaces + pattern + #","num_hidden_layers":4"#).contains("num_hidden_layers"))
    #expect(try problem(of: Self.spaces + pattern + #","time_step_limit":[1,0]"#).contains("time_step_limit"))
    let uneven = Self.spaces.replacing(#""n_groups":2"#, with: #""n_groups":3"#)
    #expect(try problem(of: uneven + pattern).contains("n_groups"))
    let experts =
      Self.spaces + #""hybrid_override_pattern":"ME","moe_intermediate_size":32,"n_routed_experts":8,"#
      + #""num_experts_per_tok":2"#
    #expect(try problem(of: experts) == "")
    #expect(try problem(of: experts + #","n_group":3"#).contains("n_group"))
    #expect(try problem(of: experts + #","topk_method":"greedy""#).contains("greedy"))
  }

  @Test("LFM2 says which layers have attention, and Granite what it multiplies with")
  func missingMembers() throws {
    let convolutions = #""model_type":"lfm2","num_hidden_layers":2,"norm_eps":1e-5,"conv_L_cache":3,"#
    #expect(try problem(of: convolutions + #""layer_types":["conv","full_attention"]"#) == "")
    #expect(try problem(of: convolutions + #""full_attn_idxs":[1]"#) == "")
    #expect(try problem(of: convolutions + #""layer_types":["conv"]"#).contains("layer_types"))
    let granite =
      #""model_type":"granitemoe","num_hidden_layers":2,"rms_norm_eps":1e-5,"num_local_experts":4,"#
      + #""num_experts_per_tok":2,"embedding_multiplier":12,"attention_multiplier":0.1,"logits_scaling":6"#
    #expect(try problem(of: granite).contains("residual_multiplier"))
    #expect(try problem(of: granite + #","residual_multiplier":0.22"#) == "")
  }
}
