import CKernels
import Checkpoint

/// BERT (Devlin et al. 2018) and RoBERTa, whose text begins at a later position: learned positions, a norm after each block.
///
/// A text is one segment, so the embedding of the first token type is part of every position's.
struct BertFamily: EncoderFamily {
  static let modelTypes = ["bert", "roberta", "xlm-roberta"]

  private let config: ModelConfig
  private let activation: rk_activation
  /// The position of a text's first token.
  private let firstPosition: Int

  init(_ config: ModelConfig) throws {
    self.config = config
    let fields = config.fields
    if fields.has("position_embedding_type"), try fields.string("position_embedding_type") != "absolute" {
      throw EngineError.unsupported(
        "position_embedding_type of config.json is \(try fields.string("position_embedding_type")), not absolute")
    }
    if try fields.bool("is_decoder", default: false) {
      throw EngineError.unsupported("is_decoder of config.json is true: the native engine runs BERT as an encoder")
    }
    guard config.headDimension % 8 == 0, config.keyValueHeadCount == config.attentionHeadCount else {
      throw EngineError.unsupported("the native engine needs heads of a multiple of 8 features, each with its own keys")
    }
    activation = try rk_activation(named: fields.has("hidden_act") ? fields.string("hidden_act") : "gelu")
    // RoBERTa counts its positions from the one after that of padding.
    firstPosition = config.modelType == "bert" ? 0 : (fields.value["pad_token_id"]?.integer ?? 1) + 1
    guard (0..<config.maxPositionEmbeddings).contains(firstPosition) else {
      throw EngineError.unsupported("pad_token_id of config.json leaves no position for a token")
    }
  }

  func encoder(_ weights: WeightSource, kernels: Kernels) throws -> Encoder {
    let prefix = ["bert.", "roberta."].first { weights.has("\($0)embeddings.word_embeddings.weight") } ?? ""
    for path in ["pooler.dense", "cls.predictions", "lm_head"] { weights.leaveOut(prefix + path) }
    let layers = try (0..<config.layerCount).map { index in
      try layer(weights, "\(prefix)encoder.layer.\(index)")
    }
    return Encoder(
      config: config,
      embedding: try weights.linear(
        "\(prefix)embeddings.word_embeddings", rows: config.vocabularySize, columns: config.hiddenSize),
      positions: try positions(weights, "\(prefix)embeddings", kernels),
      embeddingNorm: try weights.centeredNorm("\(prefix)embeddings.LayerNorm"), layers: layers, finalNorm: nil,
      rotaries: [], maximumTokens: config.maxPositionEmbeddings - firstPosition)
  }

  private func positions(_ weights: WeightSource, _ path: String, _ kernels: Kernels) throws -> [Float] {
    let types = try config.fields.size("type_vocab_size", upTo: 1 << 10, default: 2)
    let (hidden, count) = (config.hiddenSize, config.maxPositionEmbeddings)
    let type = try weights.rows("\(path).token_type_embeddings", count: types, kernels: kernels).prefix(hidden)
    let positions = try weights.rows("\(path).position_embeddings", count: count, kernels: kernels)
    return positions.dropFirst(firstPosition * hidden).enumerated().map { index, value in
      value + type[index % hidden]
    }
  }

  private func layer(_ weights: WeightSource, _ path: String) throws -> EncoderLayer {
    let (hidden, inner) = (config.hiddenSize, config.intermediateSize)
    func projection(_ name: String) throws -> Linear {
      try weights.linear("\(path).attention.\(name)", rows: hidden, columns: hidden)
    }
    return EncoderLayer(
      attention: Attention(
        encoding: config, query: try projection("self.query"), key: try projection("self.key"),
        value: try projection("self.value"), output: try projection("output.dense")),
      attentionNorms: .init(after: try weights.centeredNorm("\(path).attention.output.LayerNorm")),
      feedForward: EncoderFeedForward(
        gate: try weights.linear("\(path).intermediate.dense", rows: inner, columns: hidden), up: nil,
        down: try weights.linear("\(path).output.dense", rows: hidden, columns: inner), activation: activation),
      feedForwardNorms: .init(after: try weights.centeredNorm("\(path).output.LayerNorm")))
  }
}
