import CKernels
import Checkpoint

/// The weights of a decoder of the Llama family (Touvron et al. 2023): grouped-query attention with rotary embeddings, RMS
/// normalization before each half of a layer, and a gated feed-forward network.
struct Llama: Sendable {
  /// One decoder layer.
  struct Layer: Sendable {
    let inputNorm: [Float]
    var query: WeightMatrix
    var key: WeightMatrix
    var value: WeightMatrix
    var output: WeightMatrix
    let feedForwardNorm: [Float]
    var gate: WeightMatrix
    var up: WeightMatrix
    var down: WeightMatrix

    var matrices: [WeightMatrix] { [query, key, value, output, gate, up, down] }
  }

  let config: ModelConfig
  var embedding: WeightMatrix
  var layers: [Layer]
  let finalNorm: [Float]
  /// The embedding itself if the model ties them.
  var head: WeightMatrix
  let rotary: RotaryEmbedding

  /// The names under `model_type` that this family reads.
  static let modelTypes = ["llama"]

  /// - Throws: `EngineError` for another architecture or a shape that contradicts the configuration, `CheckpointError`
  ///   for a missing or damaged tensor.
  init(_ folder: ModelFolder, kernels: Kernels) throws {
    let config = folder.config
    guard Self.modelTypes.contains(config.modelType) else {
      throw EngineError.architecture(config.modelType, supported: Self.modelTypes)
    }
    guard config.headDimension % 8 == 0 else {
      throw EngineError.unsupported("the kernels need heads of a multiple of 8 features, not \(config.headDimension)")
    }
    // A bias that is not added would silently make every figure of this model wrong.
    if let bias = folder.tensors.keys.sorted().first(where: { $0.hasSuffix("_proj.bias") }) {
      throw EngineError.unsupported("the tensor \(bias) adds a bias, which the family llama does not have here")
    }
    self.config = config
    let hidden = config.hiddenSize
    let queries = config.attentionHeadCount * config.headDimension
    let keys = config.keyValueHeadCount * config.headDimension
    embedding = try WeightMatrix("model.embed_tokens", in: folder, rows: config.vocabularySize, columns: hidden)
    layers = try (0..<config.layerCount).map { index in
      let path = "model.layers.\(index)"
      return Layer(
        inputNorm: try Self.vector("\(path).input_layernorm", in: folder, count: hidden, kernels),
        query: try WeightMatrix("\(path).self_attn.q_proj", in: folder, rows: queries, columns: hidden),
        key: try WeightMatrix("\(path).self_attn.k_proj", in: folder, rows: keys, columns: hidden),
        value: try WeightMatrix("\(path).self_attn.v_proj", in: folder, rows: keys, columns: hidden),
        output: try WeightMatrix("\(path).self_attn.o_proj", in: folder, rows: hidden, columns: queries),
        feedForwardNorm: try Self.vector("\(path).post_attention_layernorm", in: folder, count: hidden, kernels),
        gate: try WeightMatrix("\(path).mlp.gate_proj", in: folder, rows: config.intermediateSize, columns: hidden),
        up: try WeightMatrix("\(path).mlp.up_proj", in: folder, rows: config.intermediateSize, columns: hidden),
        down: try WeightMatrix("\(path).mlp.down_proj", in: folder, rows: hidden, columns: config.intermediateSize))
    }
    finalNorm = try Self.vector("model.norm", in: folder, count: hidden, kernels)
    head =
      config.tieWordEmbeddings
      ? embedding : try WeightMatrix("lm_head", in: folder, rows: config.vocabularySize, columns: hidden)
    rotary = try RotaryEmbedding(config)
  }

  /// Bytes of weights that decoding one token reads.
  var bytesPerToken: Int {
    layers.reduce(head.byteCount) { total, layer in layer.matrices.reduce(total) { $0 + $1.byteCount } }
  }

  /// Whether some layer's weights can be multiplied with prompts in bfloat16.
  func hasBFloat16Products(_ kernels: Kernels) -> Bool {
    layers.contains { layer in
      layer.matrices.contains {
        $0.matrix.storage == RK_BFLOAT16 && kernels.panelProduct($0.matrix, .matched).prepare != nil
      }
    }
  }

  private static func vector(_ path: String, in folder: ModelFolder, count: Int, _ kernels: Kernels) throws -> [Float] {
    let tensor = try folder.tensor(path + ".weight")
    guard tensor.shape == [count] else {
      throw EngineError.shape(tensor: tensor.name, found: tensor.shape, expected: [count])
    }
    try tensor.validateFinite()
    guard let values = tensor.floats(kernels) else {
      throw EngineError.storage(tensor: tensor.name, found: tensor.type.rawValue)
    }
    return values
  }
}
