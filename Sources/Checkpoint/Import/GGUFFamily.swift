/// How the tensors of one GGUF architecture correspond to a checkpoint as mlx-lm saves it.
struct GGUFFamily: Sendable {
  /// Sizes that tensor shapes are made of.
  enum Dimension: Sendable, CaseIterable {
    case hidden, queries, keysAndValues, intermediate, vocabulary
    /// Elements of an attention head, and their number.
    case head, heads
    case experts, expertIntermediate
  }

  struct Tensor: Sendable {
    /// In GGUF without block prefix, e.g. `attn_q.weight`.
    let source: String
    /// In the checkpoint without layer prefix, e.g. `self_attn.q_proj.weight`.
    let path: String
    /// Outermost dimension first.
    let shape: [Dimension]
    var isRequired = true
    /// Whether rows are stored in the order of interleaved rotary embedding.
    var isRotary = false
    /// Added to every element.
    var offset: Float = 0
  }

  /// The value of `general.architecture`.
  let architecture: String
  let modelType: String
  let className: String
  /// Of each transformer block.
  let blockTensors: [Tensor]
  /// Outside the blocks; `path` is complete.
  let outerTensors: [Tensor]
  /// What the configuration says instead: rotary frequencies.
  var derivedTensors: [String] = []
  /// The type of tensors that are F32 in the file: vectors, routers.
  var floats = TensorType.BF16
  /// Whether its feed-forward part consists of experts.
  var isMixture: Bool { blockTensors.contains { $0.shape.contains(.experts) } }

  /// BF16 if other tensors become that too, so that a model does not mix two half precisions without need.
  func floats(of file: GGUFFile) -> TensorType {
    file.tensors.contains { $0.type == .bf16 || $0.type == .q6_K } ? .BF16 : floats
  }

  /// The families of an architecture: of a file with and without experts.
  static let all = [llama, mixtral, ministral3, qwen2, qwen3, qwen3Mixture, gemma3, gptOSS]
}

/// Tensors that families share.
extension GGUFFamily {
  /// A linear layer.
  static func linear(
    _ source: String, _ path: String, _ rows: Dimension, _ columns: Dimension, isRotary: Bool = false
  ) -> Tensor {
    Tensor(source: "\(source).weight", path: "\(path).weight", shape: [rows, columns], isRotary: isRotary)
  }

  /// The same layer of all experts.
  static func expertLinear(_ source: String, _ path: String, _ rows: Dimension, _ columns: Dimension) -> Tensor {
    Tensor(source: "\(source).weight", path: "\(path).weight", shape: [.experts, rows, columns])
  }

  static func bias(_ source: String, _ path: String, _ size: Dimension) -> Tensor {
    Tensor(source: "\(source).bias", path: "\(path).bias", shape: [size])
  }

  static func norm(_ source: String, _ path: String, _ size: Dimension = .hidden, offset: Float = 0) -> Tensor {
    Tensor(source: "\(source).weight", path: "\(path).weight", shape: [size], offset: offset)
  }

  /// Projections of the attention.
  static func attention(isRotary: Bool) -> [Tensor] {
    [
      linear("attn_q", "self_attn.q_proj", .queries, .hidden, isRotary: isRotary),
      linear("attn_k", "self_attn.k_proj", .keysAndValues, .hidden, isRotary: isRotary),
      linear("attn_v", "self_attn.v_proj", .keysAndValues, .hidden),
      linear("attn_output", "self_attn.o_proj", .hidden, .queries),
    ]
  }

  static let projectionBiases = [
    bias("attn_q", "self_attn.q_proj", .queries), bias("attn_k", "self_attn.k_proj", .keysAndValues),
    bias("attn_v", "self_attn.v_proj", .keysAndValues),
  ]

  static let headNorms = [
    norm("attn_q_norm", "self_attn.q_norm", .head), norm("attn_k_norm", "self_attn.k_norm", .head),
  ]

  /// Norms before the attention and the feed-forward part.
  static let norms = [norm("attn_norm", "input_layernorm"), norm("ffn_norm", "post_attention_layernorm")]

  static let feedForward = [
    linear("ffn_gate", "mlp.gate_proj", .intermediate, .hidden),
    linear("ffn_up", "mlp.up_proj", .intermediate, .hidden),
    linear("ffn_down", "mlp.down_proj", .hidden, .intermediate),
  ]

  static func experts(router: String, _ path: String) -> [Tensor] {
    [
      linear("ffn_gate_inp", router, .experts, .hidden),
      expertLinear("ffn_gate_exps", "\(path).gate_proj", .expertIntermediate, .hidden),
      expertLinear("ffn_up_exps", "\(path).up_proj", .expertIntermediate, .hidden),
      expertLinear("ffn_down_exps", "\(path).down_proj", .hidden, .expertIntermediate),
    ]
  }

  /// The embedding, the last norm and, if it is not tied to the embedding, the output layer.
  static func outer(normOffset: Float = 0) -> [Tensor] {
    [
      linear("token_embd", "model.embed_tokens", .vocabulary, .hidden),
      norm("output_norm", "model.norm", offset: normOffset),
      Tensor(source: "output.weight", path: "lm_head.weight", shape: [.vocabulary, .hidden], isRequired: false),
    ]
  }
}
