import JSON

/// The shape of a decoder-only transformer, from its `config.json`; every value is checked, so that the bytes of a
/// weight or of a whole key-value cache cannot overflow, and heads divide evenly.
public struct ModelConfig: Sendable, Equatable {
  /// The family, e.g. `llama`, `qwen3`.
  public var modelType: String
  /// The class names under `architectures`, perhaps none.
  public var architectures: [String]
  public var hiddenSize: Int
  public var layerCount: Int
  public var attentionHeadCount: Int
  /// Divides `attentionHeadCount`.
  public var keyValueHeadCount: Int
  /// Even.
  public var headDimension: Int
  public var intermediateSize: Int
  public var vocabularySize: Int
  public var rmsNormEpsilon: Double
  public var ropeTheta: Double
  /// The `rope_scaling` object (or `rope_parameters`, its name since transformers 5), nil for plain rotary embedding.
  public var ropeScaling: JSONValue?
  public var maxPositionEmbeddings: Int
  public var tieWordEmbeddings: Bool
  public var attentionBias: Bool
  public var mlpBias: Bool
  /// The tokens that end a generation, perhaps none.
  public var eosTokenIDs: [Int]
  public var quantization: QuantizationConfig?
  /// The whole file, for what a family needs beyond this.
  public var json: JSONObject
}
