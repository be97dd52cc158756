import JSON

/// How a byte-level BPE tokenizer cuts text into words before merging, by GGUF's name for it.
enum PreTokenizerKind: String, CaseIterable {
  case smollm
  case gpt2 = "gpt-2"
  case llama3 = "llama-bpe"
  case qwen2

  init(ggufName: String) throws(GGUFProblem) {
    guard let kind = PreTokenizerKind(rawValue: ggufName) else {
      throw .unsupported(field: "tokenizer.ggml.pre", value: ggufName, supported: Self.allCases.map(\.rawValue))
    }
    self = kind
  }

  var addsBOSByDefault: Bool { self == .llama3 }

  /// Whether a word that is a token is taken whole, without merging.
  var ignoresMerges: Bool { self == .llama3 }

  var normalizer: JSONValue { self == .qwen2 ? ["type": "NFC"] : .null }

  /// The `pre_tokenizer` of a `tokenizer.json`.
  var json: JSONValue {
    switch self {
    case .gpt2: Self.byteLevel(cutsWords: true)
    case .smollm: Self.sequence(["type": "Digits", "individual_digits": true], Self.byteLevel(cutsWords: true))
    case .llama3: Self.sequence(Self.split(digits: #"\p{N}{1,3}"#), Self.byteLevel(cutsWords: false))
    case .qwen2: Self.sequence(Self.split(digits: #"\p{N}"#), Self.byteLevel(cutsWords: false))
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
    return ["type": "Split", "pattern": ["Regex": .string(pattern)], "behavior": "Isolated", "invert": false]
  }
}
