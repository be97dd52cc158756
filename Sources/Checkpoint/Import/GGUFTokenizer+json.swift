import JSON

extension GGUFTokenizer {
  /// The text of `tokenizer.json`, as the Hugging Face tokenizers library reads it.
  ///
  /// - Complexity: O(*n*) in tokens and merges.
  var tokenizerText: String {
    let frame: [(String, JSONValue)] = [
      ("version", "1.0"), ("truncation", .null), ("padding", .null),
      ("added_tokens", .array(addedTokens)),
      ("normalizer", kind.normalizer), ("pre_tokenizer", kind.preTokenizer), ("post_processor", postProcessor),
      ("decoder", kind.decoder),
    ]
    let model: [(String, JSONValue)] = [
      ("type", "BPE"), ("dropout", .null), ("unk_token", kind.hasUnknown ? JSONValue(unknown) : .null),
      ("continuing_subword_prefix", .null), ("end_of_word_suffix", .null), ("fuse_unk", .bool(kind.hasUnknown)),
      ("byte_fallback", .bool(kind.hasByteTokens)), ("ignore_merges", .bool(kind.ignoresMerges)),
    ]
    // The long parts are written directly: values of so many members would be slow to build.
    let merges = merges.map { "[\(Self.text($0.0)),\(Self.text($0.1))]" }.joined(separator: ",")
    let vocabulary = tokens.enumerated().map { "\(Self.text($1)):\($0)" }.joined(separator: ",")
    return "{\(Self.members(frame)),\"model\":{\(Self.members(model)),\"merges\":[\(merges)],"
      + "\"vocab\":{\(vocabulary)}}}"
  }

  private var unknown: String? { unknownID.map { tokens[$0] } }

  private static func text(_ text: String) -> String { JSONValue.string(text).serialized() }

  private static func members(_ members: [(String, JSONValue)]) -> String {
    members.map { "\(text($0)):\($1.serialized())" }.joined(separator: ",")
  }

  private var addedTokens: [JSONValue] {
    let added = controlIDs.map { ($0, true) } + userDefinedIDs.map { ($0, false) }
    return added.sorted { $0.0 < $1.0 }.map { id, isSpecial in
      [
        "id": .integer(id), "content": .string(tokens[id]), "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": .bool(isSpecial),
      ]
    }
  }

  private var postProcessor: JSONValue {
    let (start, end) = (addsBOS ? bosID : nil, addsEOS ? eosID : nil)
    guard start != nil || end != nil else { return kind.postProcessor }
    func frame(_ text: String, _ type: JSONValue) -> [JSONValue] {
      func special(_ id: Int) -> JSONValue { ["SpecialToken": ["id": .string(tokens[id]), "type_id": type]] }
      return (start.map { [special($0)] } ?? []) + [["Sequence": ["id": .string(text), "type_id": type]]]
        + (end.map { [special($0)] } ?? [])
    }
    let used = Set([start, end].compactMap(\.self)).sorted()
    return [
      "type": "TemplateProcessing", "single": .array(frame("A", 0)), "pair": .array(frame("A", 0) + frame("B", 1)),
      "special_tokens": .object(
        JSONObject(
          used.map { id in
            let token = JSONValue.string(tokens[id])
            return (tokens[id], ["id": token, "ids": [.integer(id)], "tokens": [token]])
          })),
    ]
  }

  /// The contents of `tokenizer_config.json`.
  func tokenizerConfig(contextLength: Int) -> JSONValue {
    var config = JSONObject([
      ("tokenizer_class", "PreTrainedTokenizerFast"),
      ("model_max_length", .integer(contextLength)),
      ("clean_up_tokenization_spaces", false),
      ("add_bos_token", .bool(addsBOS)),
    ])
    if addsEOS { config["add_eos_token"] = true }
    for (name, id) in [
      ("bos_token", bosID), ("eos_token", endOfTurnID ?? eosID), ("pad_token", paddingID), ("unk_token", unknownID),
    ] {
      if let id { config[name] = .string(tokens[id]) }
    }
    if let chatTemplate { config["chat_template"] = .string(chatTemplate) }
    return .object(config)
  }

  /// The members that both `config.json` and `generation_config.json` hold.
  var specialTokenIDs: JSONObject {
    var ids = JSONObject()
    if let bosID { ids["bos_token_id"] = .integer(bosID) }
    if let eosID {
      let turn = endOfTurnID.flatMap { $0 == eosID ? nil : $0 }
      ids["eos_token_id"] = turn.map { [.integer(eosID), .integer($0)] } ?? .integer(eosID)
    }
    if let paddingID { ids["pad_token_id"] = .integer(paddingID) }
    return ids
  }
}

/// How a byte-level BPE tokenizer cuts text into words before merging, by GGUF's name for it.
enum PreTokenizerKind: String, CaseIterable {
  case smollm
  case gpt2 = "gpt-2"
  case llama3 = "llama-bpe"
  case qwen2
  case o200k = "gpt-4o"

  init(ggufName: String) throws(GGUFProblem) {
    guard let kind = PreTokenizerKind(rawValue: ggufName) else {
      throw .unsupported(field: "tokenizer.ggml.pre", value: ggufName, supported: Self.allCases.map(\.rawValue))
    }
    self = kind
  }

  var addsBOSByDefault: Bool { self == .llama3 }

  /// Whether a word that is a token stays whole, without merging.
  var ignoresMerges: Bool { self == .llama3 }

  var normalizer: JSONValue { self == .qwen2 ? ["type": "NFC"] : .null }

  /// The `pre_tokenizer` of a `tokenizer.json`.
  var json: JSONValue {
    switch self {
    case .gpt2: Self.byteLevel(cutsWords: true)
    case .smollm: Self.sequence(["type": "Digits", "individual_digits": true], Self.byteLevel(cutsWords: true))
    case .llama3: Self.sequence(Self.split(digits: #"\p{N}{1,3}"#), Self.byteLevel(cutsWords: false))
    case .qwen2: Self.sequence(Self.split(digits: #"\p{N}"#), Self.byteLevel(cutsWords: false))
    case .o200k: Self.sequence(Self.splitByCase, Self.byteLevel(cutsWords: false))
    }
  }

  private static func sequence(_ steps: JSONValue...) -> JSONValue {
    ["type": "Sequence", "pretokenizers": .array(steps)]
  }

  private static func byteLevel(cutsWords: Bool) -> JSONValue {
    ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": .bool(cutsWords)]
  }

  /// English contractions, words with one leading mark, runs of digits, punctuation, line breaks, white space.
  private static func split(digits: String) -> JSONValue {
    let pattern = [
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)"#, #"[^\r\n\p{L}\p{N}]?\p{L}+"#, digits, #" ?[^\s\p{L}\p{N}]+[\r\n]*"#,
      #"\s*[\r\n]+"#, #"\s+(?!\S)"#, #"\s+"#,
    ].joined(separator: "|")
    return split(pattern)
  }

  /// Words end where a capital follows a small letter, with an English contraction attached; the rest as in `split`.
  private static var splitByCase: JSONValue {
    let (start, capitals) = (#"[^\r\n\p{L}\p{N}]?"#, #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#)
    let (small, contraction) = (#"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#, #"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"#)
    let pattern = [
      "\(start)\(capitals)*\(small)+\(contraction)", "\(start)\(capitals)+\(small)*\(contraction)", #"\p{N}{1,3}"#,
      #" ?[^\s\p{L}\p{N}]+[\r\n/]*"#, #"\s*[\r\n]+"#, #"\s+(?!\S)"#, #"\s+"#,
    ].joined(separator: "|")
    return split(pattern)
  }

  private static func split(_ pattern: String) -> JSONValue {
    ["type": "Split", "pattern": ["Regex": .string(pattern)], "behavior": "Isolated", "invert": false]
  }
}
