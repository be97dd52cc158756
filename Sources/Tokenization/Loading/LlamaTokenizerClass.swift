/// The tokenizer class `LlamaTokenizer`, if `tokenizer_config.json` names it.
///
/// transformers 5 then takes no more of `tokenizer.json` than vocabulary, merges, added tokens and post-processor: what
/// becomes of spaces follows from `legacy` and `add_prefix_space` (`models/llama/tokenization_llama.py`). Earlier versions,
/// and other classes, read these members for nothing that changes an id.
struct LlamaTokenizerClass: Equatable {
  private static let replacement = "▁"
  /// Of models for which transformers takes another class than the one that is named.
  private static let otherModelTypes: Set<String> = [
    "ministral", "ministral3", "mistral", "mistral3", "mixtral", "phi3", "pixtral", "qwen2", "qwen3_5", "qwen3_5_moe",
    "voxtral",
  ]

  private let prepending: Metaspace.Prepending

  /// - Parameters:
  ///   - fields: Of `tokenizer_config.json`.
  ///   - modelType: Of `config.json`, if there is one.
  /// - Throws: `.field` for a member of the wrong kind.
  init?(_ fields: JSONFields, modelType: String?) throws(TokenizerProblem) {
    let isNamed = try ["LlamaTokenizer", "LlamaTokenizerFast"].contains(fields.optionalString("tokenizer_class"))
    guard isNamed, !Self.otherModelTypes.contains(modelType ?? "") else { return nil }
    let isLegacy = try fields.bool("legacy", default: false)
    let addsSpace = try fields.bool("add_prefix_space", default: true)
    prepending = addsSpace ? (isLegacy ? .always : .first) : .never
  }

  var preTokenizer: PreTokenizer {
    let metaspace = Metaspace(replacement: Self.replacement, prepending: prepending, splitter: nil)
    return PreTokenizer(steps: [.metaspace(metaspace)], isByteLevel: false)
  }

  /// - Throws: `.unsupported`, never for this character.
  func decoder() throws(TokenizerProblem) -> Decoder {
    do throws(PatternParser.Refusal) {
      let steps: [any DecoderStep] = [
        DecoderReplace(try Pattern(literal: Self.replacement), with: " "), ByteFallback(),
      ]
      return .characters(
        prepending == .never ? steps : steps + [DecoderStrip(" ", start: 1, stop: 0, isFused: true)])
    } catch {
      throw .unsupported(field: "decoder", value: Self.replacement, supported: [error.reason])
    }
  }

  /// A model that merges as this class does: bytes stand for every character that is no token, and nothing for those that
  /// lack bytes.
  func model(_ model: BytePairModel, tokens: TokenTable) -> BytePairModel {
    BytePairModel(
      merges: model.merges, alphabet: .characters(byteTokens: tokens.fallbackTokens), affixes: .none, unknown: nil,
      fusesUnknown: true,
      ignoresMerges: false)
  }
}
