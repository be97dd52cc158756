import CKernels
import Checkpoint

/// What most families have alike.
extension WeightSource {
  /// The decoder around its layers.
  ///
  /// - Parameters:
  ///   - finalNorm: Nil for that with the usual name.
  ///   - isTied: Whether the output layer is the embedding; nil for what the configuration says.
  func decoder(
    _ layers: [DecoderLayer], embedding path: String = "model.embed_tokens", finalNorm: Norm? = nil,
    rotaries: [RotaryEmbedding], isTied: Bool? = nil, embeddingScale: Float = 1, normOffset: Float = 0,
    logitCap: Float? = nil, layerInputs: LayerInputs? = nil
  ) throws -> Decoder {
    let (vocabulary, hidden) = (config.vocabularySize, config.hiddenSize)
    let embedding = try linear(path, rows: vocabulary, columns: hidden)
    return Decoder(
      config: config, embedding: embedding, embeddingScale: embeddingScale, layers: layers,
      finalNorm: try finalNorm ?? norm("model.norm", count: hidden, offset: normOffset),
      head: makesVectors || isTied ?? config.tieWordEmbeddings
        ? embedding : try linear("lm_head", rows: vocabulary, columns: hidden),
      logitCap: logitCap, rotaries: rotaries, isCausal: config.isCausal, layerInputs: layerInputs)
  }

  /// Attention as Llama has it, with what a family adds.
  ///
  /// - Parameter isInterleaved: Whether neighbours turn as a pair, instead of features half a head apart. Their rows are put
  ///   half a head apart, which changes no score.
  func attention(
    _ path: String, norms: Attention.HeadNorms = .none, rotary: Int? = 0, scale: Float? = nil, window: Int? = nil,
    sinks: [Float]? = nil, isGated: Bool = false, isInterleaved: Bool = false,
    queryGrowth: Attention.QueryGrowth? = nil, output: String = "o_proj"
  ) throws -> Attention {
    let (heads, keyValueHeads, dimension) = (
      config.attentionHeadCount, config.keyValueHeadCount, config.headDimension
    )
    let hidden = config.hiddenSize
    let queries = heads * dimension
    func order(_ heads: Int) -> [Int]? {
      guard isInterleaved else { return nil }
      let pairs = (0..<dimension).map { $0 < dimension / 2 ? 2 * $0 : 2 * ($0 - dimension / 2) + 1 }
      return (0..<heads).flatMap { head in pairs.map { head * dimension + $0 } }
    }
    return Attention(
      heads: heads, keyValueHeads: keyValueHeads, dimension: dimension,
      query: try linear("\(path).q_proj", rows: isGated ? 2 * queries : queries, columns: hidden, order: order(heads)),
      memory: .own(
        key: try linear(
          "\(path).k_proj", rows: keyValueHeads * dimension, columns: hidden, order: order(keyValueHeads)),
        value: try linear("\(path).v_proj", rows: keyValueHeads * dimension, columns: hidden)),
      output: try linear("\(path).\(output)", rows: hidden, columns: queries), norms: norms, rotary: rotary,
      scale: scale ?? 1 / Float(dimension).squareRoot(), window: window, sinks: sinks, isGated: isGated,
      queryGrowth: queryGrowth)
  }

  /// Norms of each query and key head.
  func headNorms(_ path: String, offset: Float = 0) throws -> Attention.HeadNorms {
    .perHead(
      query: try norm("\(path).q_norm", count: config.headDimension, offset: offset),
      key: try norm("\(path).k_norm", count: config.headDimension, offset: offset))
  }

  /// Norms of all query heads and all key heads of a token.
  func commonNorms(_ path: String) throws -> Attention.HeadNorms {
    .together(
      query: try norm("\(path).q_norm", count: config.attentionHeadCount * config.headDimension),
      key: try norm("\(path).k_norm", count: config.keyValueHeadCount * config.headDimension))
  }

  /// - Parameter up: Nil for a network whose gate multiplies itself.
  func gatedFeedForward(
    _ path: String, gate: String = "gate_proj", up: String? = "up_proj", down: String = "down_proj", width: Int,
    activation: rk_activation = RK_SILU
  ) throws -> GatedFeedForward {
    GatedFeedForward(
      gate: try linear("\(path).\(gate)", rows: width, columns: config.hiddenSize),
      up: try up.map { try linear("\(path).\($0)", rows: width, columns: config.hiddenSize) },
      down: try linear("\(path).\(down)", rows: config.hiddenSize, columns: width), activation: activation)
  }

  /// Experts whose matrices stand below each other, as mlx-lm stores them.
  ///
  /// - Parameters:
  ///   - selectionBias: The tensor below `path` with the routing's bias; nil for none.
  ///   - up: Nil for experts whose gate multiplies itself.
  func experts(
    _ path: String, router: String = "gate", selectionBias: String? = nil, stack: String = "switch_mlp",
    gate: String = "gate_proj", up: String? = "up_proj", down: String = "down_proj", routing: Experts.Routing,
    width: Int, latent: Experts.Latent? = nil, activation: rk_activation = RK_SILU
  ) throws -> Experts {
    let (count, hidden) = (routing.expertCount, config.hiddenSize)
    let features = latent?.input.rows ?? hidden
    var routing = routing
    routing.selectionBias = try selectionBias.map { try floats(named: "\(path).\($0)", shape: [count]) }
    let stack = "\(path).\(stack)"
    return Experts(
      router: try linear("\(path).\(router)", rows: count, columns: hidden), routing: routing,
      gate: try linear("\(stack).\(gate)", rows: width, columns: features, stacked: count),
      up: try up.map { try linear("\(stack).\($0)", rows: width, columns: features, stacked: count) },
      down: try linear("\(stack).\(down)", rows: features, columns: width, stacked: count), activation: activation,
      shared: nil, latent: latent)
  }
}

extension ModelConfig {
  /// Whether a token sees earlier ones only; transformers has two members for models that were trained to see all.
  var isCausal: Bool {
    fields.value["use_bidirectional_attention"] != true && fields.value["is_causal"] != false
  }

  /// The routing of a mixture, from the members that name its sizes.
  ///
  /// - Parameter addend: What is added to the sum by which weights are normalized.
  /// - Throws: `CheckpointError`.
  func routing(
    experts: String, picked: String, function: Experts.Routing.Function = .softmax, isNormalized: Bool,
    addend: Float = 0, scale: Float = 1, groups: Experts.Routing.Groups? = nil
  ) throws -> Experts.Routing {
    let count = try fields.size(experts, upTo: 1 << 12)
    return Experts.Routing(
      expertCount: count, picked: try fields.size(picked, upTo: count), function: function, groups: groups,
      normalization: isNormalized ? .sum(plus: addend) : .none, scale: scale, selectionBias: nil)
  }

  /// DeepSeek-V3's routing, from its members: sigmoids, groups of experts, weights that are scaled.
  ///
  /// - Parameters:
  ///   - isNormalized: If the configuration does not say it.
  ///   - addend: What is added to the sum by which weights are normalized.
  /// - Throws: `CheckpointError`; `EngineError.unsupported` for another method of picking experts.
  func groupedRouting(isNormalized: Bool = true, addend: Float = 0) throws -> Experts.Routing {
    if let method = fields.value["topk_method"]?.string, method != "noaux_tc" {
      throw EngineError.unsupported("the native engine does not pick experts by the topk_method \"\(method)\"")
    }
    let experts = try fields.size("n_routed_experts", upTo: 1 << 12)
    let groups = try fields.size("n_group", upTo: experts, default: 1)
    guard experts % groups == 0, groups == 1 || experts / groups > 1 else {
      throw fields.error("n_group", "is \(groups), which does not divide \(experts) experts into groups of at least 2")
    }
    let kept = try fields.size("topk_group", upTo: groups, default: 1)
    let isNormalized = try fields.bool("norm_topk_prob", default: isNormalized)
    // mlx-lm leaves the weight of a single expert as it is.
    let isAlone = fields.value["num_experts_per_tok"]?.integer == 1
    return try routing(
      experts: "n_routed_experts", picked: "num_experts_per_tok", function: .sigmoid,
      isNormalized: isNormalized && !isAlone, addend: addend,
      scale: Float(try fields.number("routed_scaling_factor", in: 1e-6...1e6, default: 1)),
      groups: groups == 1 ? nil : Experts.Routing.Groups(count: groups, kept: kept))
  }

  /// - Throws: `EngineError.unsupported` for heads that the kernels do not take.
  func checkHeads() throws { try checkHeads(of: headDimension) }

  /// - Throws: `EngineError.unsupported` for heads that the kernels do not take.
  func checkHeads(of dimension: Int) throws {
    guard dimension % 8 == 0 else {
      throw EngineError.unsupported("the kernels need heads of a multiple of 8 features, not \(dimension)")
    }
  }
}
