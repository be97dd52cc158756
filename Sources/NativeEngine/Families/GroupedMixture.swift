import Checkpoint

/// The feed-forward networks of DeepSeek-V3 (DeepSeek-AI 2024, arXiv 2412.19437), which GLM 4 has too: the first layers are
/// dense, the others have a router with sigmoids and experts that every token takes.
struct GroupedMixture {
  private let config: ModelConfig
  /// Nil if no layer is a mixture.
  private let experts: (routing: Experts.Routing, width: Int, sharedWidth: Int?)?
  /// By layer.
  private let isSparse: [Bool]

  /// - Parameters:
  ///   - denseCount: Layers that are dense if the configuration does not say it.
  ///   - addend: What is added to the sum by which weights are normalized.
  /// - Throws: `CheckpointError`; `EngineError.unsupported` for another method of picking experts.
  init(_ config: ModelConfig, denseCount: Int = 0, addend: Float = 0) throws {
    self.config = config
    let fields = config.fields
    guard fields.has("n_routed_experts") else {
      experts = nil
      isSparse = Array(repeating: false, count: config.layerCount)
      return
    }
    let width = try fields.size("moe_intermediate_size", upTo: 1 << 24)
    let shared = fields.has("n_shared_experts") ? try fields.size("n_shared_experts", upTo: 1 << 12) : nil
    experts = (try config.groupedRouting(addend: addend), width, shared.map { $0 * width })
    let first = try Int(fields.number("first_k_dense_replace", in: 0...4096, default: Double(denseCount)))
    let step = try fields.size("moe_layer_freq", upTo: 1 << 12, default: 1)
    isSparse = (0..<config.layerCount).map { $0 >= first && $0 % step == 0 }
  }

  /// The network of a layer.
  ///
  /// - Parameter path: For example `model.layers.0.mlp`.
  /// - Throws: As `WeightSource`.
  func feedForward(_ path: String, layer: Int, _ weights: WeightSource) throws -> FeedForward {
    guard let experts, isSparse[layer] else {
      return .gated(try weights.gatedFeedForward(path, width: config.intermediateSize))
    }
    var mixture = try weights.experts(
      path, selectionBias: "gate.e_score_correction_bias", routing: experts.routing, width: experts.width)
    if let width = experts.sharedWidth {
      mixture.shared = (try weights.gatedFeedForward("\(path).shared_experts", width: width), nil)
    }
    return .experts(mixture)
  }
}
