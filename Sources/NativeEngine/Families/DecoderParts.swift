import CKernels
import Checkpoint

/// What most families have alike.
extension WeightSource {
  /// The decoder around its layers.
  ///
  /// - Parameter isTied: Whether the output layer is the embedding; nil for what the configuration says.
  func decoder(
    _ layers: [DecoderLayer], rotaries: [RotaryEmbedding], isTied: Bool? = nil, embeddingScale: Float = 1,
    normOffset: Float = 0,
    logitCap: Float? = nil
  ) throws -> Decoder {
    let (vocabulary, hidden) = (config.vocabularySize, config.hiddenSize)
    let embedding = try linear("model.embed_tokens", rows: vocabulary, columns: hidden)
    return Decoder(
      config: config, embedding: embedding, embeddingScale: embeddingScale, layers: layers,
      finalNorm: try norm("model.norm", count: hidden, offset: normOffset),
      head: isTied ?? config.tieWordEmbeddings ? embedding : try linear("lm_head", rows: vocabulary, columns: hidden),
      logitCap: logitCap, rotaries: rotaries)
  }

  /// Attention as Llama has it, with what a family adds.
  ///
  /// - Parameter isInterleaved: Whether neighbours turn as a pair, instead of features half a head apart. Their rows are put
  ///   half a head apart, which changes no score.
  func attention(
    _ path: String, norms: Attention.HeadNorms = .none, rotary: Int? = 0, scale: Float? = nil, window: Int? = nil,
    sinks: [Float]? = nil, isGated: Bool = false, isInterleaved: Bool = false,
    queryGrowth: Attention.QueryGrowth? = nil
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
      key: try linear(
        "\(path).k_proj", rows: keyValueHeads * dimension, columns: hidden, order: order(keyValueHeads)),
      value: try linear("\(path).v_proj", rows: keyValueHeads * dimension, columns: hidden),
      output: try linear("\(path).o_proj", rows: hidden, columns: queries), norms: norms, rotary: rotary,
      scale: scale ?? 1 / Float(dimension).squareRoot(), window: window, sinks: sinks, isGated: isGated,
      queryGrowth: queryGrowth)
  }

  /// Norms of each query and key head.
  func headNorms(_ path: String, offset: Float = 0) throws -> Attention.HeadNorms {
    .perHead(
      query: try norm("\(path).q_norm", count: config.headDimension, offset: offset),
      key: try norm("\(path).k_norm", count: config.headDimension, offset: offset))
  }

  func gatedFeedForward(
    _ path: String, width: Int, activation: rk_activation = RK_SILU
  ) throws -> GatedFeedForward {
    GatedFeedForward(
      gate: try linear("\(path).gate_proj", rows: width, columns: config.hiddenSize),
      up: try linear("\(path).up_proj", rows: width, columns: config.hiddenSize),
      down: try linear("\(path).down_proj", rows: config.hiddenSize, columns: width), activation: activation)
  }

  /// Experts whose matrices stand below each other, as mlx-lm stores them.
  func experts(
    _ path: String, router: String = "gate", stack: String = "switch_mlp", routing: Experts.Routing, width: Int,
    activation: rk_activation = RK_SILU
  ) throws -> Experts {
    let (count, hidden) = (routing.expertCount, config.hiddenSize)
    let stack = "\(path).\(stack)"
    return Experts(
      router: try linear("\(path).\(router)", rows: count, columns: hidden), routing: routing,
      gate: try linear("\(stack).gate_proj", rows: width, columns: hidden, stacked: count),
      up: try linear("\(stack).up_proj", rows: width, columns: hidden, stacked: count),
      down: try linear("\(stack).down_proj", rows: hidden, columns: width, stacked: count), activation: activation,
      shared: nil)
  }
}

extension ModelConfig {
  /// The routing of a mixture, from the members that name its sizes.
  ///
  /// - Throws: `CheckpointError`.
  func routing(
    experts: String, picked: String, isNormalized: Bool
  ) throws -> Experts.Routing {
    let count = try fields.size(experts, upTo: 1 << 12)
    return Experts.Routing(
      expertCount: count, picked: try fields.size(picked, upTo: count), isNormalized: isNormalized)
  }

  /// - Throws: `EngineError.unsupported` for heads that the kernels do not take.
  func checkHeads() throws {
    guard headDimension % 8 == 0 else {
      throw EngineError.unsupported("the kernels need heads of a multiple of 8 features, not \(headDimension)")
    }
  }
}
