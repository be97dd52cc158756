import Checkpoint
import JSON
import Testing

@testable import NativeEngine

@Suite("Gemma 4's configuration")
struct Gemma4FamilyTests {
  private func check(_ members: [(name: String, value: JSONValue)]) throws {
    var config = JSONObject([
      ("model_type", "gemma4_text"), ("hidden_size", 1536), ("num_hidden_layers", 35), ("intermediate_size", 6144),
    ])
    for member in members { config[member.name] = member.value }
    try Families.check(ModelConfig(parsing: .object(config)))
  }

  @Test("What a configuration leaves out is mlx-lm's default, and 0 or null means none")
  func defaults() throws {
    try check([])
    try check([("num_kv_shared_layers", 0), ("hidden_size_per_layer_input", 0), ("final_logit_softcapping", .null)])
    try check([("global_head_dim", .null), ("num_global_key_value_heads", .null), ("attention_k_eq_v", true)])
  }

  @Test(
    "Sizes that contradict each other are refused before weights are read",
    arguments: [
      [("num_kv_shared_layers", 35)], [("vocab_size_per_layer_input", 1000)],
      [("attention_k_eq_v", true), ("num_global_key_value_heads", 3)], [("global_head_dim", 100)],
      [("rope_traditional", true)], [("enable_moe_block", true)],
      [("rope_parameters", ["full_attention": ["rope_type": "proportional", "partial_rotary_factor": 1e18]])],
    ] as [[(String, JSONValue)]])
  func refusals(members: [(String, JSONValue)]) {
    #expect(throws: (any Error).self) { try check(members.map { ($0.0, $0.1) }) }
  }
}
