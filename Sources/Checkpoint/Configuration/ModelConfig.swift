import Foundation
import JSON

/// The shape of a transformer, from its `config.json`.
///
/// Where a model also sees or hears, the shape is that of its section `text_config`.
///
/// Every value is checked, so that the byte count of a weight or of a whole KV cache cannot overflow, and heads divide
/// evenly. `SequenceMemory` reads the configuration of any other family.
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
  /// Even; of latent attention, the features of a head that turn.
  public var headDimension: Int
  public var intermediateSize: Int
  public var vocabularySize: Int
  public var rmsNormEpsilon: Double
  public var ropeTheta: Double
  /// The `rope_scaling` object (or `rope_parameters`, its name since transformers 5), nil for plain rotary embedding.
  public var ropeScaling: JSONValue?
  /// In tokens.
  public var maxPositionEmbeddings: Int
  public var tieWordEmbeddings: Bool
  public var attentionBias: Bool
  public var mlpBias: Bool
  /// The tokens that end a generation, perhaps none.
  public var eosTokenIDs: [Int]
  /// Nil if no layer is quantized.
  public var quantization: QuantizationConfig?
  /// The whole file.
  public var json: JSONObject
  /// The section that describes the decoder, for what a family needs beyond this.
  public let fields: ConfigFields

  /// Reads and checks the contents of a `config.json`.
  ///
  /// Missing members take the defaults of Hugging Face's Llama configuration; sizes have none.
  ///
  /// - Parameter file: The file's path, for messages.
  /// - Throws: `.field` with the member's name.
  public init(parsing value: JSONValue, file: String = "config.json") throws(CheckpointError) {
    guard let object = value.object else {
      throw .field(file: file, name: "(top level)", problem: "is \(value.kind), not an object")
    }
    let whole = ConfigFields(value: value, file: file)
    modelType = try whole.string("model_type")
    let fields = ConfigFields(value: Self.decoderSection(value, modelType), file: file)
    json = object
    self.fields = fields
    architectures = value["architectures"]?.array?.compactMap(\.string) ?? []
    hiddenSize = try fields.size("hidden_size", upTo: 1 << 20)
    layerCount = try fields.size("num_hidden_layers", upTo: 1 << 12)
    attentionHeadCount = try fields.size("num_attention_heads", upTo: 1 << 10)
    keyValueHeadCount = try fields.size("num_key_value_heads", upTo: 1 << 10, default: attentionHeadCount)
    guard attentionHeadCount % keyValueHeadCount == 0 else {
      throw fields.error(
        "num_key_value_heads", "is \(keyValueHeadCount), which does not divide the \(attentionHeadCount) heads")
    }
    let headName = fields.has("qk_rope_head_dim") ? "qk_rope_head_dim" : "head_dim"
    if !fields.has(headName), hiddenSize % attentionHeadCount != 0 {
      throw fields.error("hidden_size", "is \(hiddenSize), which \(attentionHeadCount) heads do not divide")
    }
    headDimension = try fields.size(headName, upTo: 1 << 12, default: hiddenSize / attentionHeadCount)
    guard headDimension > 0, headDimension % 2 == 0 else {
      throw fields.error(headName, "is \(headDimension), but rotary embedding needs an even size")
    }
    // A mixture without dense layers may leave it out; LFM2 has its own name for it.
    let widths = ["intermediate_size", "block_ff_dim", "moe_intermediate_size"]
    intermediateSize = try fields.size(widths.first(where: fields.has) ?? widths[0], upTo: 1 << 24)
    vocabularySize = try fields.size("vocab_size", upTo: 1 << 26)
    maxPositionEmbeddings = try fields.size("max_position_embeddings", upTo: 1 << 24, default: 2048)
    let epsilons = ["norm_eps", "layer_norm_epsilon", "rms_norm_eps", "layer_norm_eps"]
    rmsNormEpsilon = try fields.number(epsilons.first(where: fields.has) ?? epsilons[2], in: 1e-30...0.5)
    (ropeTheta, ropeScaling) = try Self.rope(fields)
    tieWordEmbeddings = try (fields.has("tie_word_embeddings") ? fields : whole).bool(
      "tie_word_embeddings", default: true)
    attentionBias = try fields.bool("attention_bias", default: false)
    mlpBias = try fields.bool("mlp_bias", default: false)
    eosTokenIDs = try (whole.has("eos_token_id") ? whole : fields).tokenIDs(
      "eos_token_id", vocabularySize: vocabularySize)
    let outer = try Self.quantization(whole)
    quantization = outer == nil ? try Self.quantization(fields) : outer
  }

  /// The section that describes the decoder, completed by what the whole file says of the vocabulary and by what the family
  /// takes for missing members.
  static func decoderSection(_ whole: JSONValue, _ modelType: String) -> JSONValue {
    guard var section = (whole["text_config"]?.object ?? whole.object) else { return whole }
    let outer = whole["vocab_size"].map { [(name: "vocab_size", value: $0)] } ?? []
    let members = outer + ConfigDefaults.members(of: modelType, in: section)
    for member in members where (section[member.name] ?? .null) == .null {
      section[member.name] = member.value
    }
    return .object(section)
  }

  /// Reads the `config.json` of a model folder.
  ///
  /// - Throws: `.notFound`, `.unreadable`, `.json`, or `.field` with the member's name.
  public init(contentsOf folder: URL) throws(CheckpointError) {
    let url = folder.appendingPathComponent("config.json")
    try self.init(parsing: try JSONValue(contentsOf: url), file: url.path)
  }

  /// Reads a `config.json` that lies by itself.
  ///
  /// - Parameter storage: How weights are to be stored, whatever the file says; nil for what it says.
  /// - Throws: `.notFound`, `.unreadable`, `.json`, or `.field` with the member's name.
  public init(file url: URL, storage: WeightStorage? = nil) throws(CheckpointError) {
    var value = try JSONValue(contentsOf: url)
    if let storage, var object = value.object {
      object["quantization_config"] = nil
      object["quantization"] = nil
      if case .quantized(let format) = storage { object["quantization"] = format.json }
      value = .object(object)
    }
    try self.init(parsing: value, file: url.path)
  }

  /// mlx-lm writes the section under two names; under the second, other tools write theirs.
  private static func quantization(_ fields: ConfigFields) throws(CheckpointError) -> QuantizationConfig? {
    for name in ["quantization", "quantization_config"] where fields.has(name) {
      guard let section = fields.value[name] else { continue }
      if name == "quantization_config", let method = section["quant_method"]?.string {
        throw fields.error("\(name).quant_method", "is \(method): convert the model to an MLX format first")
      }
      return try QuantizationConfig(parsing: section, field: name, file: fields.file)
    }
    return nil
  }

  private static func rope(_ fields: ConfigFields) throws(CheckpointError) -> (Double, JSONValue?) {
    let parameters = fields.has("rope_parameters") ? "rope_parameters" : "rope_scaling"
    var scaling = fields.has(parameters) ? fields.value[parameters] : nil
    if let present = scaling, present.object == nil {
      throw fields.error(parameters, "is \(present.kind), not an object")
    }
    let type = (scaling?["rope_type"] ?? scaling?["type"])?.string
    let nested = ConfigFields(value: scaling ?? .null, file: fields.file)
    let source = nested.has("rope_theta") ? nested : fields
    let theta = try source.number("rope_theta", in: 1...1e12, default: 10_000)
    if type == "default" { scaling = nil }
    return (theta, scaling)
  }
}
