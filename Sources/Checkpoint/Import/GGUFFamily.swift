/// How the tensors of one GGUF architecture correspond to a Hugging Face checkpoint.
struct GGUFFamily: Sendable {
  /// Sizes that tensor shapes are made of.
  enum Dimension: Sendable { case hidden, queries, keysAndValues, intermediate, vocabulary }

  /// A linear layer, an embedding or a norm.
  struct Layer: Sendable {
    /// In GGUF without block prefix and suffix, e.g. `attn_q`.
    let source: String
    /// In the checkpoint without layer prefix and suffix, e.g. `self_attn.q_proj`.
    let path: String
    /// Of the weight, outermost first.
    let shape: [Dimension]
    var isRequired = true
    /// Whether rows are stored in the order of interleaved rotary embedding.
    var isRotary = false
  }

  /// The value of `general.architecture`.
  let architecture: String
  let modelType: String
  let className: String
  /// Of each transformer block.
  let blockLayers: [Layer]
  /// Outside the blocks; `path` is complete.
  let outerLayers: [Layer]

  static let all = [llama]

  /// Llama and its look-alikes, whose query and key rows GGUF stores interleaved.
  static let llama = GGUFFamily(
    architecture: "llama", modelType: "llama", className: "LlamaForCausalLM",
    blockLayers: [
      Layer(source: "attn_norm", path: "input_layernorm", shape: [.hidden]),
      Layer(source: "attn_q", path: "self_attn.q_proj", shape: [.queries, .hidden], isRotary: true),
      Layer(source: "attn_k", path: "self_attn.k_proj", shape: [.keysAndValues, .hidden], isRotary: true),
      Layer(source: "attn_v", path: "self_attn.v_proj", shape: [.keysAndValues, .hidden]),
      Layer(source: "attn_output", path: "self_attn.o_proj", shape: [.hidden, .queries]),
      Layer(source: "ffn_norm", path: "post_attention_layernorm", shape: [.hidden]),
      Layer(source: "ffn_gate", path: "mlp.gate_proj", shape: [.intermediate, .hidden]),
      Layer(source: "ffn_up", path: "mlp.up_proj", shape: [.intermediate, .hidden]),
      Layer(source: "ffn_down", path: "mlp.down_proj", shape: [.hidden, .intermediate]),
    ],
    outerLayers: [
      Layer(source: "token_embd", path: "model.embed_tokens", shape: [.vocabulary, .hidden]),
      Layer(source: "output_norm", path: "model.norm", shape: [.hidden]),
      Layer(source: "output", path: "lm_head", shape: [.vocabulary, .hidden], isRequired: false),
    ])
}
